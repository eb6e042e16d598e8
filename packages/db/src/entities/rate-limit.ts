import { defineEntity, p } from "@mikro-orm/core";
import { authPolicy } from "./auth-policy.ts";

/** Points used per key and window; written by rate-limiter-flexible, whose column names these are. */
export const RateLimit = defineEntity({
  name: "RateLimit",
  schema: "auth",
  tableName: "rate_limits",
  properties: {
    key: p.text().primary(),
    points: p.integer().default(0),
    expire: p.bigint("number").nullable(),
  },
  indexes: [{ name: "rate_limits_expire_index", properties: ["expire"] }],
  ...authPolicy("rate_limits"),
});
