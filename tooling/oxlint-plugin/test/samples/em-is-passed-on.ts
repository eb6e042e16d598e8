import type { Samples } from "../samples.ts";

export const emIsPassedOn: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "new TenantRepository(ctx.em, Document).byId(input.id, whole);",
    "const { actor, services } = ctx;",
    "newestFirst(new ReadRepository(ctx.em, Document), summary, input, where({}));",
    "[1, 2].find((it) => it === input.limit);",
  ],
  bad: [
    {
      title: "a row found by an id from the input alone",
      seen: "medic/cht-core#11030",
      code: "ctx.em.findOne(Document, { id: input.id });",
    },
    {
      title: "every row of a table, for want of a condition",
      seen: "BeesNestInc/hieronymus#18",
      code: "ctx.em.find(Document, {});",
    },
    {
      title: "a removal by id, after a check of the role alone",
      seen: "Community-VyProjects/VyManager#452",
      code: "ctx.em.nativeDelete(Document, { id: input.id });",
    },
    {
      title: "SQL of a handler's own",
      seen: "langwatch/langwatch#4498",
      code: 'ctx.em.execute("select id from app.documents");',
    },
    {
      title: "an entity filled with whatever was sent",
      seen: "imuniqueshiv/MeetOnMemory#1812",
      code: "ctx.em.assign(document, input);",
    },
    { title: "a fork, which has a session of its own", seen: "tazama-lf/admin-service#238", code: "ctx.em.fork();" },
    {
      title: "a transaction within the transaction",
      seen: "vitaly-t/pg-promise#40",
      code: "await ctx.em.transactional(async (tx) => work(tx));",
    },
    {
      title: "a query builder without filters",
      seen: "MapleTechLabs/maple#320",
      code: "ctx.em.createQueryBuilder(Document);",
    },
    { title: "a member by its string", code: 'ctx["em"].find(Document, {});' },
    { title: "another name for it", code: "const db = ctx.em;" },
    { title: "another name for it, taken out of ctx", code: "const { em: db } = ctx;" },
    { title: "optional chaining", code: "ctx.em?.find(Document, {});" },
  ],
};
