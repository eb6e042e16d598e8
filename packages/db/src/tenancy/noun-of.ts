/** Tables whose word in the API is not their own name. */
const named: Readonly<Record<string, string>> = {
  secret_locker: "secrets",
  task_queue: "tasks",
  tenant_api_keys: "apiKeys",
};

/** The API's word for a table: `audit_logs` is `auditLogs`. */
export const nounOf = (table: string): string =>
  named[table] ?? table.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The table that the API's word stands for: `auditLogs` is `audit_logs`. A word that stands for none comes out like one that does. */
export const tableOf = (noun: string): string =>
  Object.keys(named).find((table) => named[table] === noun) ??
  noun.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
