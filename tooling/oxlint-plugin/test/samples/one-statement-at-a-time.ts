import type { Samples } from "../samples.ts";

export const oneStatementAtATime: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "const [a, b] = await Promise.all([hash(x), hash(y)]);",
    'await Promise.all(pools.map((orm) => orm.em.fork().execute("select 1")));',
  ],
  bad: [
    {
      title: "two statements side by side on one connection",
      seen: "vitaly-t/pg-promise#40",
      code: "await Promise.all([new TenantRepository(ctx.em, Document).byId(a, whole), load(b)]);",
    },
    {
      title: "a statement for each id",
      seen: "tazama-lf/admin-service#238",
      code: "await Promise.all(input.ids.map((id) => remove(ctx.em, id)));",
    },
    { title: "failures that are looked at later", code: "await Promise.allSettled([occupy(tx), release(tx)]);" },
  ],
};
