/** Who acted: `system` is the database itself or a migration, without anybody who had entered a tenant. */
export const actorKinds = ["user", "api_key", "platform", "system"] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Done, refused for want of a right, or failed. */
export const auditOutcomes = ["ok", "denied", "error"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];
