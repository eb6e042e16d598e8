import { migrations as before } from "../move/migrations.ts";
import { TeamsPurposeContract } from "./teams-purpose-contract.ts";

/** Those of the release before, and the third release's. */
export const migrations = [...before, { name: "teams_purpose_contract", class: TeamsPurposeContract }];
