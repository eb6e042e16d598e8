/** Roles of a user within a tenant; `admin` and `user` exist only in the reserved tenant `platform`. */
export const roles = ["agency_admin", "team_member", "admin", "user"] as const;
export type Role = (typeof roles)[number];

const administrators = ["agency_admin"] as const;
const members = [...administrators, "team_member"] as const;

/**
 * The one table of who may do what: for each noun of the API, which roles read it and which change it, and the domain verbs that stand
 * alone. The reserved tenant owns no business data, so its roles have none of it.
 */
const access = {
  tenants: { read: roles },
  tenantConfigs: { read: members, write: administrators },
  templates: { read: members },
  teams: { read: members, write: administrators },
  users: { read: [...members, "admin"], write: administrators },
  documents: { read: members, write: members },
  apiKeys: { read: administrators, write: administrators },
  auditLogs: { read: [...administrators, "admin"] },
  agentRoles: { read: members, write: administrators },
  cookbooks: { read: members, write: administrators },
  recipes: { read: members, write: administrators },
  agentInstances: { read: members, write: administrators },
  subscriptions: { read: members, write: administrators },
  secrets: { read: members, write: administrators, reveal: members },
  tasks: { read: members, write: members },
  abTests: { read: members, write: administrators },
} as const satisfies Record<string, Readonly<Record<string, readonly Role[]>>>;

type Access = typeof access;

/** What can be permitted: a noun of the API and whether it is read or changed, or a domain verb of it. */
export type Permission = { [Noun in keyof Access]: `${Noun}.${keyof Access[Noun] & string}` }[keyof Access];

const rolesByPermission = new Map<string, readonly Role[]>(
  Object.entries(access).flatMap(([noun, kinds]) =>
    Object.entries(kinds).map(([kind, holders]) => [`${noun}.${kind}`, holders] as const),
  ),
);

/** Safe because the map has one key for each noun and kind of the table, which is what the type is made of. */
const asPermissions = (words: Iterable<string>): readonly Permission[] => [...words] as Permission[];

/** Every permission that is one. */
export const permissions = asPermissions(rolesByPermission.keys());

const held = (role: Role): ReadonlySet<Permission> =>
  new Set(permissions.filter((permission) => rolesByPermission.get(permission)?.includes(role)));

/** The table, by role. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  agency_admin: held("agency_admin"),
  team_member: held("team_member"),
  admin: held("admin"),
  user: held("user"),
};

export const isPermitted = (role: Role, permission: Permission): boolean => permissionsOf[role].has(permission);

export const isRole = (value: string): value is Role => (roles as readonly string[]).includes(value);
