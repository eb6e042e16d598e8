import type { Api, Row } from "./api.ts";

const summary = "rowId title contentHash metadata createdAt";
const whole = `${summary} content`;

const ask = (query: string, variables: Readonly<Record<string, unknown>>) => ({
  method: "POST" as const,
  path: "/graphql",
  body: { query, variables },
});

/** The schema that PostGraphile makes of the tables. Its batch is one query with ten fields. */
export const graphqlApi: Api = {
  byId: (id) => ask(`query ($id: UUID!) { one: documentByRowId(rowId: $id) { ${whole} } }`, { id }),
  newest: (limit) =>
    ask(
      `query ($limit: Int!) { all: allDocuments(first: $limit, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
        nodes { ${summary} userByAuthorId { name } } } }`,
      { limit },
    ),
  search: (word, limit) =>
    ask(
      `query ($word: String!, $limit: Int!) { all: searchDocuments(word: $word, first: $limit) { nodes { ${summary} } } }`,
      {
        word,
        limit,
      },
    ),
  create: (input) =>
    ask(
      `mutation ($title: String!, $content: String!, $metadata: JSON!) {
        writeDocument(input: { title: $title, content: $content, metadata: $metadata }) { result { ${whole} } } }`,
      { ...input },
    ),
  batch: (ids) => {
    const variables = Object.fromEntries(ids.map((id, index) => [`id${index}`, id]));
    const fields = ids.map((_, index) => `d${index}: documentByRowId(rowId: $id${index}) { ${whole} }`);
    const parameters = Object.keys(variables).map((name) => `$${name}: UUID!`);
    return ask(`query (${parameters.join(", ")}) { ${fields.join(" ")} }`, variables);
  },
  rows: (body) =>
    Object.values((body as Reply).data ?? {}).flatMap((found) => {
      if (found === null) return [];
      if ("nodes" in found) return found.nodes.map(rowOf);
      return "result" in found ? [rowOf(found.result)] : [rowOf(found)];
    }),
};

type Found = Omit<Row, "id"> & { readonly rowId: string; readonly userByAuthorId?: { readonly name: string } };
type Reply = {
  readonly data?: Readonly<
    Record<string, Found | { readonly nodes: Found[] } | { readonly result: Found } | null>
  > | null;
};

const rowOf = ({ rowId, userByAuthorId, ...row }: Found): Row => ({
  ...row,
  id: rowId,
  ...(userByAuthorId && { authorName: userByAuthorId.name }),
});
