/** Roles of a user within a tenant; `admin` and `user` exist only in the reserved tenant `platform`. */
export const roles = ["agency_admin", "team_member", "admin", "user"] as const;
export type Role = (typeof roles)[number];

/** What can be permitted: a noun of the API and whether it is read or changed. */
export const permissions = [
  "tenants.read",
  "teams.read",
  "teams.write",
  "users.read",
  "users.write",
  "documents.read",
  "documents.write",
  "auditLogs.read",
] as const;
export type Permission = (typeof permissions)[number];

/** The one table of who may do what. The reserved tenant owns no business data, so its roles have no documents. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  agency_admin: new Set(permissions),
  team_member: new Set<Permission>(["tenants.read", "teams.read", "users.read", "documents.read", "documents.write"]),
  admin: new Set<Permission>(["tenants.read", "users.read", "auditLogs.read"]),
  user: new Set<Permission>(["tenants.read"]),
};

export const isPermitted = (role: Role, permission: Permission): boolean => permissionsOf[role].has(permission);

export const isRole = (value: string): value is Role => (roles as readonly string[]).includes(value);
