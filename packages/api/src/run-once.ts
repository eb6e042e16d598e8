import type { EntityManager } from "@severalty/db/orm";
import { answerOnce, type KeyedCall } from "@severalty/db/tenancy/answer-once";
import { DomainError } from "@severalty/domain/errors";
import { assertIdempotencyKey } from "@severalty/domain/idempotency-key";
import type { Context } from "./context.ts";

/** A call with a key, before anybody has entered a tenant: whose it is will be known then. */
type Keyed = Omit<KeyedCall, "actorId">;
type Call = Pick<KeyedCall, "procedure" | "input" | "bearsSecret">;

/**
 * The call that the request's `Idempotency-Key` names; undefined without one. Throws for a key that breaks the rule, and for a key of a
 * batch, which would name several calls.
 */
export const keyedCallOf = (
  { idempotency, services }: Pick<Context, "idempotency" | "services">,
  call: Call,
): Keyed | undefined => {
  if (idempotency === undefined) return undefined;
  assertIdempotencyKey(idempotency.key);
  if (idempotency.callCount !== 1) {
    throw new DomainError(
      "invalid-input",
      "idempotency/batched",
      `Idempotency-Key names one call, and this batch has ${idempotency.callCount}: send each in a request of its own`,
    );
  }
  const { envelope, newId, clock } = services;
  return { ...call, key: idempotency.key, id: newId(), now: clock(), fingerprints: envelope.fingerprints };
};

/** Runs a keyed call in its transaction, or answers what is stored for it. */
export const runOnce = async <Result extends { readonly ok: true; readonly data: unknown }>(
  em: EntityManager,
  call: KeyedCall,
  run: () => Promise<Result>,
): Promise<{ result: Result; isReplay: boolean }> => {
  const answer = await answerOnce(em, call, run, ({ data }) => data);
  if ("made" in answer) return { result: answer.made, isReplay: false };
  return { result: asResult({ ok: true, data: answer.stored }), isReplay: true };
};

/** tRPC marks the results of middlewares in their types alone, so that nobody forgets to call `next`: here that is the point. */
const asResult = <Result>(result: { ok: true; data: unknown }) => result as unknown as Result;
