/** Keeps both columns the same while both are there; see `app.teams_purpose_sync()` in the migration that expands. */
export const teamsPurposeSync = {
  name: "teams_purpose_sync",
  timing: "before" as const,
  events: ["insert" as const, "update" as const],
  expression:
    "create trigger teams_purpose_sync before insert or update on app.teams for each row execute function app.teams_purpose_sync()",
};
