import { SeveraltyError } from "@severalty/client";
import type { Target } from "./attempts.ts";

/** What the server said to a call, less the request's id, which is always another. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** The server's answer, be it a refusal. Throws when there was none. */
export const answerOf = async (call: Promise<unknown>): Promise<Answer> => {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    if (!(error instanceof SeveraltyError) || !error.shape) throw error;
    const { data, ...shape } = error.shape;
    const { requestId: _, ...said } = data;
    return { ok: false, error: { ...shape, data: said } };
  }
};

/** The whole answer as text, with the ids that the caller himself sent replaced by their names, so that two calls can be compared. */
export const maskedText = (answer: Answer, target: Target): string => {
  const sent = [
    ["id", target.id],
    ["userId", target.userId],
    ["cursor", target.cursor],
  ] as const;
  return sent.reduce((text, [name, value]) => text.replaceAll(value, `<${name}>`), JSON.stringify(answer));
};

/** An answer in a few words. */
export const summaryOf = (answer: Answer): string => {
  if (answer.ok) {
    const items = isObject(answer.value) ? answer.value["items"] : undefined;
    return Array.isArray(items) ? `a list of ${items.length}` : "done";
  }
  const data = isObject(answer.error) ? answer.error["data"] : undefined;
  return isObject(data) ? `${String(data["code"])} ${String(data["reason"])}` : "refused";
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
