import type { AppRouter } from "@severalty/api/root";
import { httpBatchLink, httpLink, type Operation, type OperationLink, type TRPCLink } from "@trpc/client";
import { accessTokenOf } from "./auth-link.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { jsonFetch, type Fetch } from "./json-fetch.ts";

/** Most calls of one batch: the server refuses more. */
const batchSizeMax = 10;

/**
 * Sends calls. Queries of the same moment and the same access token share one request; a mutation has its own, so that neither its size
 * nor its failure touches another. With an API key every call bears it. All are POSTed: what is asked for stays out of URLs and so out of the
 * logs of proxies.
 */
export const sendLink =
  (url: string, fetch: Fetch, apiKey: string | undefined): TRPCLink<AppRouter> =>
  (runtime) => {
    const options = { url, fetch: jsonFetch(fetch), methodOverride: "POST" } as const;
    const single = httpLink<AppRouter>({ ...options, headers: ({ op }) => headersOf(op, apiKey) })(runtime);
    const openBatch = (token: string | undefined): { token: string | undefined; link: OperationLink<AppRouter> } => ({
      token,
      link: httpBatchLink<AppRouter>({ ...options, headers: credentials(apiKey, token), maxItems: batchSizeMax })(
        runtime,
      ),
    });
    let batch = openBatch(undefined);
    return (call) => {
      if (call.op.type !== "query") return single(call);
      const token = accessTokenOf(call.op);
      if (batch.token !== token) batch = openBatch(token);
      return batch.link(call);
    };
  };

const headersOf = (op: Operation, apiKey: string | undefined): Record<string, string> => {
  const key = idempotencyKeyOf(op);
  return { ...credentials(apiKey, accessTokenOf(op)), ...(key === undefined ? {} : { "idempotency-key": key }) };
};

const credentials = (apiKey: string | undefined, token: string | undefined): Record<string, string> => {
  if (apiKey !== undefined) return { "x-api-key": apiKey };
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
};
