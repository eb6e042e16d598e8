export const actorKinds = ["user", "api_key", "platform", "system"] as const;
export type ActorKind = (typeof actorKinds)[number];

export const auditOutcomes = ["ok", "denied", "error"] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];
