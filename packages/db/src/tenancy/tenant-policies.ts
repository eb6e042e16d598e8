/** The tables that tell what a task is about, which is all that the role of queue workers reads. */
export const workerTables = [
  "task_queue",
  "agent_instances",
  "agent_roles",
  "cookbooks",
  "recipes",
  "documents",
] as const;

/**
 * The policies of a tenant-scoped table, one for each role that reads it: the application's and the worker's have the entered tenant's
 * rows, the platform's those that a living access grant names.
 */
export const tenantPolicies = (table: string, column: "tenant_id" | "id") => {
  const isEntered = `${column} = app.tenant_id()`;
  const isGranted = `${column} >= app.granted_first() and ${column} <= app.granted_last()`;
  const policy = (role: string, says: string) => ({
    name: `${table}_${role}_policy`,
    roles: [role],
    using: says,
    check: says,
  });
  return [
    policy("severalty_app", isEntered),
    policy("severalty_platform", isGranted),
    ...(workerTables.some((name) => name === table) ? [policy("severalty_worker", isEntered)] : []),
  ];
};
