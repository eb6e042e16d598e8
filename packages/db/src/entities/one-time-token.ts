import { defineEntity, p } from "@mikro-orm/core";
import { authPolicy } from "./auth-policy.ts";
import { Identity } from "./identity.ts";

/** A link that works once, such as the one with which a new administrator sets his password; only its SHA-256 is kept. */
export const OneTimeToken = defineEntity({
  name: "OneTimeToken",
  schema: "auth",
  tableName: "one_time_tokens",
  properties: {
    tokenHash: p.blob().primary(),
    identityId: () =>
      p.manyToOne(Identity).mapToPk().joinColumn("identity_id").updateRule("no action").deleteRule("cascade"),
    purpose: p.text().$type<"set-password">(),
    expiresAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  indexes: [{ name: "one_time_tokens_identity_id_index", properties: ["identityId"] }],
  checks: [
    { name: "one_time_tokens_purpose_check", expression: "purpose in ('set-password')" },
    { name: "one_time_tokens_expires_at_check", expression: "expires_at > created_at" },
  ],
  ...authPolicy("one_time_tokens"),
});
