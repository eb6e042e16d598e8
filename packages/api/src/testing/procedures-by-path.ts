import type { AnyTRPCProcedure } from "@trpc/server";
import { appRouter } from "../root.ts";

/** Every procedure of the root router. At run time tRPC keeps them in one flat record, whatever its type says. */
export const proceduresByPath = appRouter._def.procedures as unknown as Readonly<Record<string, AnyTRPCProcedure>>;
