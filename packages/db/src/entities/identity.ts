import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { IdentityId } from "@severalty/domain/ids";
import { authPolicy } from "./auth-policy.ts";

/** A person who signs in, known by one e-mail address in lower case; may be a user of several tenants. */
export const Identity = defineEntity({
  name: "Identity",
  schema: "auth",
  tableName: "identities",
  properties: {
    id: p.uuid().$type<IdentityId>().primary(),
    email: p.text(),
    name: p.text().nullable(),
    hashedPassword: p.text().nullable().lazy().hidden(),
    emailVerifiedAt: p.datetime(3).nullable(),
    status: p.text().$type<"active" | "disabled">().default("active"),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
  uniques: [{ name: "identities_email_key", properties: ["email"] }],
  checks: [
    { name: "identities_email_check", expression: "email = lower(email)" },
    { name: "identities_status_check", expression: "status in ('active', 'disabled')" },
  ],
  ...authPolicy("identities"),
});
export type Identity = InferEntity<typeof Identity>;
