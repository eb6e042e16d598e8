import type { Samples } from "../samples.ts";

export const noRawConnection: Samples = {
  file: "packages/db/src/tenancy/leak.ts",
  good: ['await em.execute("select app.record(?, ?)", [outcome, details]);'],
  bad: [
    { title: "the connection", seen: "tazama-lf/admin-service#238", code: 'em.getConnection().execute("select 1");' },
    {
      title: "the query builder behind the ORM",
      seen: "langwatch/langwatch#4498",
      code: 'em.getKysely().selectFrom("app.documents");',
    },
    { title: "its older twin", seen: "langwatch/langwatch#4498", code: "em.getKnex();" },
    { title: "the pool", seen: "Morelitea/initiative#791", code: "connection.getNativeClient();" },
    { title: "the driver", code: "em.getDriver();" },
  ],
};
