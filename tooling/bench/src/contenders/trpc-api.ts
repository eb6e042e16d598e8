import type { Api, Row } from "./api.ts";

const query = (procedure: string, input: unknown) => ({
  method: "GET" as const,
  path: `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`,
});

/** tRPC's protocol, with a batch as its httpBatchLink sends it. */
export const trpcApi: Api = {
  byId: (id) => query("documents.byId", { id }),
  newest: (limit) => query("documents.list", { limit }),
  search: (search, limit) => query("documents.list", { limit, search }),
  create: (body) => ({ method: "POST", path: "/trpc/documents.create", body }),
  batch: (ids) => {
    const inputs = Object.fromEntries(ids.map((id, index) => [index, { id }]));
    const procedures = ids.map(() => "documents.byId").join(",");
    return { method: "GET", path: `/trpc/${procedures}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}` };
  },
  rows: (body) => [body as Reply].flat().flatMap(({ result }) => rowsOf(result?.data)),
};

type Data = Row | Row[] | { readonly items: Row[] };
type Reply = { readonly result?: { readonly data: Data } };

const rowsOf = (data: Data | undefined): Row[] => {
  if (data === undefined) return [];
  return "items" in data ? data.items : [data].flat();
};
