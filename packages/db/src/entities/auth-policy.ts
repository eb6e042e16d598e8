/** Tables about proving who someone is belong to no tenant: one policy, for the sign-in role alone. */
export const authPolicy = (table: string) => ({
  policies: [{ name: `${table}_severalty_auth_policy`, roles: ["severalty_auth"], using: "true", check: "true" }],
  rowLevelSecurity: "force" as const,
});
