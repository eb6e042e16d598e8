import type { Api, Row } from "./api.ts";

/** The routes of the servers that are written by hand. They offer no batch. */
export const restApi: Api = {
  byId: (id) => ({ method: "GET", path: `/documents/${id}` }),
  newest: (limit) => ({ method: "GET", path: `/documents?limit=${limit}` }),
  search: (word, limit) => ({ method: "GET", path: `/documents?limit=${limit}&search=${word}` }),
  create: (body) => ({ method: "POST", path: "/documents", body }),
  rows: (body) => [body as Row | Row[]].flat().filter((row) => "id" in row),
};
