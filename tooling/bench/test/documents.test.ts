import { testCluster, type TestCluster } from "@severalty/postgres/test-cluster";
import { withClient } from "@severalty/postgres/with-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentsSql, prepareDocuments } from "../src/data/documents-sql.ts";
import { topics } from "../src/data/texts.ts";
import { usersPerTenant, worldId } from "../src/data/world.ts";

let cluster: TestCluster;
beforeAll(async () => void (cluster = await testCluster()));
afterAll(() => cluster.stop());

interface Loaded {
  readonly tenant_id: string;
  readonly id: string;
  readonly author_id: string;
  readonly title: string;
  readonly content: string;
}

const load = (world: { tenants: number; documents: number }): Promise<Loaded[]> =>
  withClient(cluster.url, async (admin) => {
    await prepareDocuments(admin, world);
    return (await admin.query<Loaded>(documentsSql)).rows;
  });

test("every document that a load may draw is in the database, by its tenant's author", async () => {
  const rows = await load({ tenants: 3, documents: 20 });
  const due = [0, 1, 2].flatMap((tenant) =>
    Array.from({ length: 20 }, (_, n) => ({
      tenant_id: worldId("tenant", tenant),
      id: worldId("document", tenant, n),
      author_id: worldId("user", tenant, n % usersPerTenant),
    })),
  );
  expect(rows.map(({ tenant_id, id, author_id }) => ({ tenant_id, id, author_id }))).toEqual(due);
});

test("a word that a load searches for stands in one document of 250 of each tenant", async () => {
  const rows = await load({ tenants: 2, documents: topics.length });
  for (const topic of topics) {
    const found = rows.filter(({ title, content }) => title.includes(topic) || content.includes(topic));
    expect(found.map(({ tenant_id }) => tenant_id)).toEqual([worldId("tenant", 0), worldId("tenant", 1)]);
  }
});
