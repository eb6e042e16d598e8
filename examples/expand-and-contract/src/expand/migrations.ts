import { migrations as before } from "@severalty/db/migrations";
import { TeamsPurposeExpand } from "./teams-purpose-expand.ts";

/** The project's migrations, and the first release's. */
export const migrations = [...before, { name: "teams_purpose_expand", class: TeamsPurposeExpand }];
