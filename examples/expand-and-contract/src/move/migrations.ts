import { migrations as before } from "../expand/migrations.ts";
import { TeamsPurposeBackfill } from "./teams-purpose-backfill.ts";
import { TeamsPurposeCheck } from "./teams-purpose-check.ts";
import { TeamsPurposeNotNull } from "./teams-purpose-not-null.ts";

/** Those of the release before, and the second release's. */
export const migrations = [
  ...before,
  { name: "teams_purpose_check", class: TeamsPurposeCheck },
  { name: "teams_purpose_backfill", class: TeamsPurposeBackfill },
  { name: "teams_purpose_not_null", class: TeamsPurposeNotNull },
];
