import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import { authPolicy } from "./auth-policy.ts";
import { Session } from "./session.ts";

/** A single-use token that renews a session; only its SHA-256 is kept. */
export const RefreshToken = defineEntity({
  name: "RefreshToken",
  schema: "auth",
  tableName: "refresh_tokens",
  properties: {
    tokenHash: p.blob().primary(),
    sessionId: () =>
      p.manyToOne(Session).mapToPk().joinColumn("session_id").updateRule("no action").deleteRule("cascade"),
    expiresAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  indexes: [{ name: "refresh_tokens_session_id_index", properties: ["sessionId"] }],
  checks: [{ name: "refresh_tokens_expires_at_check", expression: "expires_at > created_at" }],
  ...authPolicy("refresh_tokens"),
});
export type RefreshToken = InferEntity<typeof RefreshToken>;
