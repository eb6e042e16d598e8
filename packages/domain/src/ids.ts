import { v7 } from "uuid";
import { z } from "zod";

/** A UUID that says what it names, such as `IdOf<"TeamId">`. */
export type IdOf<Name extends string> = string & z.core.$brand<Name>;

/** The rule for an id from outside. An id that no pure rule names may stand beside its entity instead of here. */
export const idOf = <Name extends `${string}Id`>() => z.uuid().brand<Name>();

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

export const invitationId = z.uuid().brand<"InvitationId">();
export type InvitationId = z.infer<typeof invitationId>;

export const tenantConfigId = z.uuid().brand<"TenantConfigId">();
export type TenantConfigId = z.infer<typeof tenantConfigId>;

export const apiKeyId = z.uuid().brand<"ApiKeyId">();
export type ApiKeyId = z.infer<typeof apiKeyId>;

export const templateId = z.uuid().brand<"TemplateId">();
export type TemplateId = z.infer<typeof templateId>;

export const agentRoleId = z.uuid().brand<"AgentRoleId">();
export type AgentRoleId = z.infer<typeof agentRoleId>;

export const cookbookId = z.uuid().brand<"CookbookId">();
export type CookbookId = z.infer<typeof cookbookId>;

export const recipeId = z.uuid().brand<"RecipeId">();
export type RecipeId = z.infer<typeof recipeId>;

export const agentInstanceId = z.uuid().brand<"AgentInstanceId">();
export type AgentInstanceId = z.infer<typeof agentInstanceId>;

export const subscriptionId = z.uuid().brand<"SubscriptionId">();
export type SubscriptionId = z.infer<typeof subscriptionId>;

export const tenantKeyId = z.uuid().brand<"TenantKeyId">();
export type TenantKeyId = z.infer<typeof tenantKeyId>;

export const secretId = z.uuid().brand<"SecretId">();
export type SecretId = z.infer<typeof secretId>;

export const taskId = z.uuid().brand<"TaskId">();
export type TaskId = z.infer<typeof taskId>;

export const abTestId = z.uuid().brand<"AbTestId">();
export type AbTestId = z.infer<typeof abTestId>;

export const abTestResultId = z.uuid().brand<"AbTestResultId">();
export type AbTestResultId = z.infer<typeof abTestResultId>;

export const budgetId = z.uuid().brand<"BudgetId">();
export type BudgetId = z.infer<typeof budgetId>;

export const budgetReservationId = z.uuid().brand<"BudgetReservationId">();
export type BudgetReservationId = z.infer<typeof budgetReservationId>;

export const idempotencyKeyId = z.uuid().brand<"IdempotencyKeyId">();
export type IdempotencyKeyId = z.infer<typeof idempotencyKeyId>;

export const accessGrantId = z.uuid().brand<"AccessGrantId">();
export type AccessGrantId = z.infer<typeof accessGrantId>;

/** Any branded id, wherever it is defined. */
export type AnyId = IdOf<string>;

/** Makes ids: UUID version 7 (RFC 9562 section 5.7), so that newer ids sort after older ones. */
export type NewId = <Id extends AnyId>() => Id;

/**
 * Ids from the system clock, or from the given clock (milliseconds since 1970) and random source
 * (16 bytes a call), which makes a run repeatable. Never with a counter, as `v7()` alone has: all tenants would share it, and each could
 * tell from his own ids how many the others were given.
 */
export const createNewId = (source?: { clock: () => number; random: () => Uint8Array }): NewId => {
  const facts = source === undefined ? ofSystem() : () => ({ msecs: source.clock(), random: source.random() });
  return <Id extends AnyId>() => asId<Id>(v7(facts()));
};

/**
 * What follows the millisecond is its 4096ths, and then chance (RFC 9562, section 6.2, method 3). The time never runs back: when the clock is
 * set back, it goes on from where it was.
 */
const ofSystem = () => {
  let offset = 0;
  return () => {
    const running = performance.now();
    const whole = Math.floor(running);
    offset = Math.max(offset, Date.now() - whole);
    const bytes = crypto.getRandomValues(new Uint8Array(19));
    const [one = 0, two = 0, three = 0] = bytes.subarray(16);
    const slot = Math.floor((running - whole) * 4096);
    const seq = ((slot << 20) | ((one & 15) << 16) | (two << 8) | three) >>> 0;
    return { msecs: whole + offset, seq, random: bytes.subarray(0, 16) };
  };
};

/** Safe for values that came out of a uuid column or a generator: their shape is proven there. */
export const asId = <Id extends AnyId>(uuid: string): Id => uuid as Id;
