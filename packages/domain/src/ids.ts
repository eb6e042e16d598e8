import { v7 } from "uuid";
import { z } from "zod";

/** A tenant: the land held by one owner. */
export const tenantId = z.uuid().brand<"TenantId">();
export type TenantId = z.infer<typeof tenantId>;

/** A membership: one person within one tenant. */
export const userId = z.uuid().brand<"UserId">();
export type UserId = z.infer<typeof userId>;

/** A person who signs in; may be a user of several tenants. */
export const identityId = z.uuid().brand<"IdentityId">();
export type IdentityId = z.infer<typeof identityId>;

export const sessionId = z.uuid().brand<"SessionId">();
export type SessionId = z.infer<typeof sessionId>;

export const teamId = z.uuid().brand<"TeamId">();
export type TeamId = z.infer<typeof teamId>;

export const documentId = z.uuid().brand<"DocumentId">();
export type DocumentId = z.infer<typeof documentId>;

export const auditLogId = z.uuid().brand<"AuditLogId">();
export type AuditLogId = z.infer<typeof auditLogId>;

/** Any branded id above: a UUID that says what it names. */
export type AnyId = TenantId | UserId | IdentityId | SessionId | TeamId | DocumentId | AuditLogId;

/** Makes ids: UUID version 7 (RFC 9562 section 5.7), so that newer ids sort after older ones. */
export type NewId = <Id extends AnyId>() => Id;

/**
 * Ids from the system clock, or from the given clock (milliseconds since 1970) and random source
 * (16 bytes a call), which makes a run repeatable.
 */
export const createNewId =
  (source?: { clock: () => number; random: () => Uint8Array }): NewId =>
  <Id extends AnyId>() =>
    asId<Id>(source === undefined ? v7() : v7({ msecs: source.clock(), random: source.random() }));

/** Safe for values that came out of a uuid column or a generator: their shape is proven there. */
export const asId = <Id extends AnyId>(uuid: string): Id => uuid as Id;
