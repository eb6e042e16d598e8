/**
 * The policies of a tenant-scoped table, one for each role that reads it: the application's has the entered tenant's rows, the platform's
 * those that a living access grant names.
 */
export const tenantPolicies = (table: string, column: "tenant_id" | "id") => {
  const isEntered = `${column} = app.tenant_id()`;
  const isGranted = `${column} >= app.granted_first() and ${column} <= app.granted_last()`;
  return [
    { name: `${table}_severalty_app_policy`, roles: ["severalty_app"], using: isEntered, check: isEntered },
    { name: `${table}_severalty_platform_policy`, roles: ["severalty_platform"], using: isGranted, check: isGranted },
  ];
};
