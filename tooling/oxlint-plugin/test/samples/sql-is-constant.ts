import type { Samples } from "../samples.ts";

export const sqlIsConstant: Samples = {
  file: "packages/db/src/tenancy/leak.ts",
  good: [
    'em.execute("select id from app.documents where id = ?", [id]);',
    "const max = 100;\nem.execute(`select id from app.documents limit ${max}`);",
    'const column = "title";\nconst list = `id, ${column}`;\nem.execute(`select ${list} from app.documents`);',
    'raw("count(*)::int as count");',
    "const find = (text) => em.execute(text);",
  ],
  bad: [
    {
      title: "a value in the text",
      seen: "constructorfabric/insight#2051",
      code: "em.execute(`select id from app.documents where title = '${title}'`);",
    },
    {
      title: "a value appended to the text",
      code: 'em.execute("select id from app.documents where id = \'" + id + "\'");',
    },
    {
      title: "a tenant in the text",
      seen: "langwatch/langwatch#4498",
      code: "em.execute(`select id from app.documents where tenant_id = '${tenant.id}'`);",
    },
    { title: "a value in a fragment", code: "query.where(raw(`lower(title) = '${title}'`));" },
    {
      title: "a text that was put together a line before",
      seen: "MapleTechLabs/maple#320",
      code: "const find = (id) => {\n  const sql = `select id from app.documents where id = '${id}'`;\n  return em.execute(sql);\n};",
    },
    { title: "a table that somebody names", code: "client.query(`select id from app.${table}`);" },
  ],
};
