/** Roles of a user within a tenant; `admin` and `user` exist only in the reserved tenant `platform`. */
export const roles = ["agency_admin", "team_member", "admin", "user"] as const;
export type Role = (typeof roles)[number];

const readable = [
  "tenants.read",
  "tenantConfigs.read",
  "templates.read",
  "teams.read",
  "users.read",
  "documents.read",
  "agentRoles.read",
  "cookbooks.read",
  "recipes.read",
  "agentInstances.read",
  "subscriptions.read",
  "secrets.read",
  "tasks.read",
  "abTests.read",
] as const;

/** What can be permitted: a noun of the API and whether it is read or changed, and the domain verbs that stand alone. */
export const permissions = [
  ...readable,
  "tenantConfigs.write",
  "teams.write",
  "users.write",
  "documents.write",
  "apiKeys.read",
  "apiKeys.write",
  "auditLogs.read",
  "agentRoles.write",
  "cookbooks.write",
  "recipes.write",
  "agentInstances.write",
  "subscriptions.write",
  "secrets.write",
  "secrets.reveal",
  "tasks.write",
  "abTests.write",
] as const;
export type Permission = (typeof permissions)[number];

/** The one table of who may do what. The reserved tenant owns no business data, so its roles have none of it. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  agency_admin: new Set(permissions),
  team_member: new Set<Permission>([...readable, "documents.write", "tasks.write", "secrets.reveal"]),
  admin: new Set<Permission>(["tenants.read", "users.read", "auditLogs.read"]),
  user: new Set<Permission>(["tenants.read"]),
};

export const isPermitted = (role: Role, permission: Permission): boolean => permissionsOf[role].has(permission);

export const isRole = (value: string): value is Role => (roles as readonly string[]).includes(value);
