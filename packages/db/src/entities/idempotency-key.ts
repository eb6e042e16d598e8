import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { IdempotencyKeyId } from "@severalty/domain/ids";
import type { Json } from "@severalty/domain/json";
import { tenantColumns, tenantScope } from "../tenancy/tenant-entity.ts";

/** An answer as it left, with its keys in their order, and whose rows the caller saw then: those of `all` teams, of one by its id, or of `none`. */
export interface StoredAnswer {
  readonly sight: string;
  readonly data?: Json;
}

/**
 * The answer that a key got, for the user or API key that sends the same request again. Bookkeeping of what is in the audit log
 * already, so its own changes are not.
 */
export const IdempotencyKey = defineEntity({
  name: "IdempotencyKey",
  properties: {
    ...tenantColumns<IdempotencyKeyId>(),
    /** A user or an API key. */
    actorId: p.uuid(),
    key: p.text(),
    procedure: p.text(),
    requestHash: p.blob(),
    /** Null while the call runs, and for an answer that bears a secret. */
    response: p.json().columnType("json").$type<StoredAnswer>().nullable(),
    expiresAt: p.datetime(3),
  },
  ...tenantScope("idempotency_keys"),
  triggers: [],
  uniques: [{ name: "idempotency_keys_tenant_id_actor_id_key_key", properties: ["tenantId", "actorId", "key"] }],
  indexes: [{ name: "idempotency_keys_tenant_id_expires_at_index", properties: ["tenantId", "expiresAt"] }],
  checks: [
    { name: "idempotency_keys_request_hash_check", expression: "octet_length(request_hash) = 32" },
    { name: "idempotency_keys_key_check", expression: "char_length(key) >= 1 and char_length(key) <= 200" },
    { name: "idempotency_keys_expires_at_check", expression: "expires_at > created_at" },
  ],
});
export type IdempotencyKey = InferEntity<typeof IdempotencyKey>;
