/** Writes the audit row of every change, so that raw SQL cannot avoid it; see `app.audit()` in the first migration. */
export const auditTrigger = (table: string) => ({
  name: `${table}_audit`,
  timing: "after" as const,
  events: ["insert" as const, "update" as const, "delete" as const],
  expression: `create trigger ${table}_audit after insert or update or delete on app.${table} for each row execute function app.audit()`,
});
