/** Tables whose word in the API is not their own name. */
const named: Readonly<Record<string, string>> = {
  secret_locker: "secrets",
  task_queue: "tasks",
  tenant_api_keys: "apiKeys",
};

/** The API's word for a table: `audit_logs` is `auditLogs`. */
export const nounOf = (table: string): string =>
  named[table] ?? table.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
