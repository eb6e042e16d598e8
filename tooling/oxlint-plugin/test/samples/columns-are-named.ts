import type { Samples } from "../samples.ts";

export const columnsAreNamed: Samples = {
  file: "packages/db/src/tenancy/leak.ts",
  good: [
    'em.execute("select id, title from app.documents");',
    'find(Document, {}, { fields: ["id", "title"] });',
    "query.select([...fields]).returning([...fields]);",
    'em.execute("select count(*)::int as count from app.documents");',
  ],
  bad: [
    { title: "every column", seen: "FOGProject/fogproject#1326", code: 'em.execute("select * from app.users");' },
    {
      title: "every column of one of two tables",
      code: "em.execute(`select u.* from app.users u join app.teams t on true`);",
    },
    {
      title: "every column of what was written",
      seen: "bloom-housing/bloom#654",
      code: 'em.execute("update app.users set name = ? returning *", [name]);',
    },
    { title: "every relation", seen: "fliks-app/fliks#399", code: 'find(Document, {}, { populate: ["*"] });' },
    {
      title: "every relation, by true",
      seen: "mikro-orm/mikro-orm#6784",
      code: "find(Document, {}, { populate: true });",
    },
    { title: "every column of a builder", seen: "strapi/strapi#762", code: 'builder.select("*");' },
  ],
};
