import type { Api, Row } from "./api.ts";

const summary = "id,title,contentHash:content_hash,metadata,createdAt:created_at";
const whole = `${summary},content`;
const newestFirst = "order=created_at.desc,id.desc";
const single = { accept: "application/vnd.pgrst.object+json" };

/** PostgREST: filters in the query, a function for what is one transaction. Its batch is one request for rows of several ids. */
export const postgrestApi: Api = {
  byId: (id) => ({ method: "GET", path: `/documents?id=eq.${id}&select=${whole}`, headers: single }),
  newest: (limit) => ({
    method: "GET",
    path: `/documents?select=${summary},author:users(name)&${newestFirst}&limit=${limit}`,
  }),
  search: (word, limit) => ({
    method: "GET",
    path: `/documents?search=plfts(simple).${word}&select=${summary}&${newestFirst}&limit=${limit}`,
  }),
  create: (body) => ({ method: "POST", path: `/rpc/write_document?select=${whole}`, headers: single, body }),
  batch: (ids) => ({ method: "GET", path: `/documents?id=in.(${ids.join(",")})&select=${whole}` }),
  rows: (body) =>
    [body as Found | Found[]]
      .flat()
      .filter((row) => "id" in row)
      .map(({ author, ...row }) => (author === undefined ? row : { ...row, authorName: author.name })),
};

type Found = Row & { readonly author?: { readonly name: string } };
