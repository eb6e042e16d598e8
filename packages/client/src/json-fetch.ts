import { clientFacts, createAbortedError, SeveraltyError, type ErrorCode } from "./severalty-error.ts";

/** The standard `fetch`. */
export type Fetch = typeof globalThis.fetch;

/** What tRPC reads of an answer. */
interface JsonAnswer {
  readonly ok: boolean;
  json(): Promise<unknown>;
}

/** `fetch` that answers JSON which tRPC understands, and throws `SeveraltyError` for everything else. */
export const jsonFetch =
  (fetch: Fetch) =>
  async (input: unknown, init?: object): Promise<JsonAnswer> => {
    const url = String(input);
    const { response, text } = await exchange(fetch, url, init ?? {});
    const value = parse(text);
    const isUnderstood = Array.isArray(value) ? value.length > 0 && value.every(isAnswer) : isAnswer(value);
    if (!isUnderstood) throw refusal(value, response, url);
    return { ok: response.ok, json: () => Promise.resolve(value) };
  };

/** The body is part of it: a connection may break in its midst. */
const exchange = async (fetch: Fetch, url: string, init: RequestInit) => {
  try {
    const response = await fetch(url, init);
    return { response, text: await response.text() };
  } catch (cause) {
    if (init.signal?.aborted === true) throw createAbortedError(init.signal.reason);
    const error = cause instanceof Error ? cause : new Error(String(cause));
    throw new SeveraltyError(`cannot reach ${originOf(url)}: ${rootOf(error)}`, clientFacts("client/network"), {
      cause: error,
    });
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Errors from outside tRPC: of the server itself in the same shape, of a proxy or a stranger in any. */
const refusal = (value: unknown, { status, headers }: Response, url: string): SeveraltyError => {
  const said = isObject(value, "error") ? value.error : undefined;
  const reason = isObject(said, "data") && hasReason(said.data) ? said.data.reason : "client/bad-answer";
  const message = isObject(said, "message")
    ? String(said.message)
    : `${originOf(url)} did not answer as a Severalty server does (HTTP ${status})`;
  const requestId = headers.get("x-request-id");
  return new SeveraltyError(message, { code: codes[status] ?? "CLIENT_ERROR", httpStatus: status, reason, requestId });
};

const codes: Readonly<Record<number, ErrorCode>> = {
  404: "NOT_FOUND",
  408: "TIMEOUT",
  413: "PAYLOAD_TOO_LARGE",
  429: "TOO_MANY_REQUESTS",
  500: "INTERNAL_SERVER_ERROR",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};

/** Of one call, by a Severalty server: a proxy's error may look like it from afar. */
const isAnswer = (value: unknown): boolean =>
  isObject(value, "result") ||
  (isObject(value, "error") &&
    isObject(value.error, "code") &&
    typeof value.error.code === "number" &&
    isObject(value.error, "data") &&
    hasReason(value.error.data));

const hasReason = (data: unknown): data is { reason: string } =>
  isObject(data, "reason") && typeof data.reason === "string";

const isObject = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> =>
  typeof value === "object" && value !== null && key in value;

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

/** The innermost reason: `fetch failed` alone tells nobody anything. */
const rootOf = (error: Error): string => {
  if (error.cause instanceof Error) return rootOf(error.cause);
  return error.message || ("code" in error ? String(error.code) : error.name);
};
