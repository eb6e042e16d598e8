import type { EntityManager } from "@mikro-orm/postgresql";
import { canonicalJson } from "@severalty/domain/canonical-json";
import { DomainError } from "@severalty/domain/errors";
import { idempotencyKeyTtlMs } from "@severalty/domain/idempotency-key";
import type { IdempotencyKeyId, TenantId } from "@severalty/domain/ids";
import type { Json } from "@severalty/domain/json";
import type { StoredAnswer } from "../entities/idempotency-key.ts";
import { tenantOf } from "./tenant-filter.ts";

/** A call that is to have one effect and one answer, however often it is sent. */
export interface KeyedCall {
  /** The user or API key that it is of: one actor's key means nothing in another's hands. */
  readonly actorId: string;
  readonly key: string;
  readonly procedure: string;
  /** As the handler gets it. */
  readonly input: unknown;
  /** 32 bytes for a text, and what they were under older keys; keyed, because a request may hold a secret that could be guessed. */
  readonly fingerprints: (text: string) => readonly [Buffer, ...Buffer[]];
  /** An answer that bears a secret is never stored. */
  readonly bearsSecret: boolean;
  /** Of the row that is made. */
  readonly id: IdempotencyKeyId;
  readonly now: Date;
}

/** What the handler answered just now, or what was stored, as JSON has it. */
export type OnceAnswer<Answer> = { readonly made: Answer } | { readonly stored: Json | undefined };

/**
 * Runs `work` unless the actor's key has an answer already, and stores what it answers, all in the transaction of `em`: a call of
 * the same key that comes meanwhile waits for the end of it. Throws CONFLICT for a key that another request had, whose answer is not kept,
 * or whose answer may bear rows of a team that the caller does not see any more. Removes some expired keys of the tenant in passing.
 */
export const answerOnce = async <Answer>(
  em: EntityManager,
  call: KeyedCall,
  work: () => Promise<Answer>,
  dataOf: (answer: Answer) => unknown,
): Promise<OnceAnswer<Answer>> => {
  const claimed = await claim(em, call);
  if ("response" in claimed) return { stored: storedIn(claimed) };
  const made = await work();
  await store(em, call, call.bearsSecret ? null : JSON.stringify({ sight: claimed.sight, data: dataOf(made) }));
  return { made };
};

interface Claimed {
  /** What the caller sees now: the rows of all teams, of one, or of none. */
  readonly sight: string;
}

interface Earlier extends Claimed {
  readonly isSame: boolean;
  readonly isExpired: boolean;
  readonly response: StoredAnswer | null;
}

const seesAll = "all";
const sight = `case when app.sees_all_teams() then '${seesAll}' else coalesce(app.team_id()::text, 'none') end as sight`;

const what = "an idempotency key";

/** Attempts at a key whose row others remove or replace at the same moment; each ends after one of them has committed. */
const attemptsMax = 5;

/** Takes the key, or answers the row of the call that has it: that one alone has a response, if null. */
const claim = async (em: EntityManager, call: KeyedCall): Promise<Claimed | Earlier> => {
  const tenantId = tenantOf(em, what);
  const hashes = hashesOf(tenantId, call);
  const [hash] = hashes;
  const expiresAt = new Date(call.now.getTime() + idempotencyKeyTtlMs);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const [claimed] = await em.execute<Claimed[]>(
      `insert into app.idempotency_keys (tenant_id, id, actor_id, key, procedure, request_hash, expires_at, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant_id, actor_id, key) do nothing returning ${sight}`,
      [tenantId, call.id, call.actorId, call.key, call.procedure, hash, expiresAt, call.now, call.now],
    );
    if (claimed !== undefined) return claimed;
    const [earlier] = await em.execute<(Omit<Earlier, "isSame"> & { hash: string })[]>(
      `select encode(request_hash, 'hex') as hash, expires_at <= ? as "isExpired", response, ${sight}
       from app.idempotency_keys where tenant_id = ? and actor_id = ? and key = ?`,
      [call.now, tenantId, call.actorId, call.key],
    );
    if (earlier?.isExpired === false)
      return { ...earlier, isSame: hashes.some((known) => known.toString("hex") === earlier.hash) };
    await em.execute(
      "delete from app.idempotency_keys where tenant_id = ? and actor_id = ? and key = ? and expires_at <= ?",
      [tenantId, call.actorId, call.key, call.now],
      "run",
    );
  }
  throw new Error(`an idempotency key was neither free nor taken in ${attemptsMax} attempts`);
};

const storedIn = ({ isSame, response, sight: now }: Earlier): Json | undefined => {
  if (!isSame) {
    throw new DomainError(
      "conflict",
      "idempotency/key-reused",
      "this Idempotency-Key was used for another request: a new request needs a new key",
    );
  }
  if (response === null) {
    throw new DomainError(
      "conflict",
      "idempotency/answer-not-kept",
      "the request of this Idempotency-Key was done already, and its answer bears a secret, which is not kept",
    );
  }
  if (now !== seesAll && now !== response.sight) {
    throw new DomainError(
      "conflict",
      "idempotency/answer-withheld",
      "the request of this Idempotency-Key was done already, and its answer is not repeated, because you see other teams' rows now than you did then",
    );
  }
  return response.data;
};

/** Expired rows that go with each stored answer, at most. */
const sweptMax = 100;

const store = async (em: EntityManager, { id, now }: KeyedCall, response: string | null): Promise<void> => {
  const tenantId = tenantOf(em, what);
  await em.execute(
    `with expired as (
       select id from app.idempotency_keys where tenant_id = ? and expires_at <= ?
       order by expires_at limit ${sweptMax} for update skip locked
     ), swept as (
       delete from app.idempotency_keys swept using expired where swept.tenant_id = ? and swept.id = expired.id
     )
     update app.idempotency_keys set response = ?::json where tenant_id = ? and id = ?`,
    [tenantId, now, tenantId, response, tenantId, id],
    "run",
  );
};

/** The tenant is part of it, so that equal requests of two tenants have no equal hashes. */
const hashesOf = (tenantId: TenantId, { procedure, input, fingerprints }: KeyedCall): readonly [Buffer, ...Buffer[]] =>
  fingerprints(canonicalJson([tenantId, procedure, input ?? null]));
