import type { Operation, TRPCRequestOptions } from "@trpc/client";
import { clientFacts, SeveraltyError } from "./severalty-error.ts";

/**
 * Options of a mutation that is to be done once, however often it is sent: `create.mutate(input, withIdempotencyKey(orderId))`. The key, 1
 * to 200 visible ASCII characters, names this one request of this user for 24 hours: use one for each thing to be done, and the same for its
 * repetitions. With a key the client repeats the mutation by itself after a passing failure.
 */
export const withIdempotencyKey = (
  key: string,
  { signal }: Pick<TRPCRequestOptions, "signal"> = {},
): TRPCRequestOptions & { context: { idempotencyKey: string } } => ({
  context: { idempotencyKey: key },
  ...(signal === undefined ? {} : { signal }),
});

/** The key that a mutation is to be sent with. Throws for one that no header can bear, so that it is not sent without. */
export const idempotencyKeyOf = ({ type, context }: Pick<Operation, "type" | "context">): string | undefined => {
  const key = context["idempotencyKey"];
  if (key === undefined || type !== "mutation") return undefined;
  if (typeof key === "string" && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  const seen = typeof key === "string" ? `text of ${key.length}` : typeof key;
  throw new SeveraltyError(
    `idempotencyKey must be 1 to 200 visible ASCII characters, got ${seen}`,
    clientFacts("client/invalid-idempotency-key"),
  );
};
