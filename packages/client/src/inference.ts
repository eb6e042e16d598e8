import type { AppRouter } from "@severalty/api/root";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

/** What each procedure takes: `Inputs["documents"]["create"]`. */
export type Inputs = inferRouterInputs<AppRouter>;

/** What each procedure answers, as JSON brings it (dates are ISO 8601 strings): `Outputs["documents"]["byId"]`. */
export type Outputs = inferRouterOutputs<AppRouter>;
