import type { ErrorAnswer } from "@severalty/api/testing/ask";

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: unknown;
  readonly error?: ErrorAnswer;
}

/** POSTs one call to a procedure, with an `Authorization` header if given. */
export const call = async (
  url: string,
  path: string,
  input?: unknown,
  authorization?: string,
  signal?: AbortSignal,
): Promise<HttpAnswer> => {
  const response = await fetch(`${url}/trpc/${path}`, {
    method: "POST",
    signal: signal ?? null,
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: JSON.stringify(input ?? {}),
  });
  const body = (await response.json()) as { result?: { data: unknown }; error?: ErrorAnswer };
  const { status, headers } = response;
  if (body.error !== undefined) return { status, headers, error: body.error };
  return { status, headers, data: body.result?.data };
};
