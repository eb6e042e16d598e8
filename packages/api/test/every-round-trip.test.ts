import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { ask, type Answer } from "../src/testing/ask.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeServices } from "../src/testing/make-services.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { cases } from "./cases.ts";
import { makeWorld } from "./world.ts";

const { database, admin } = await openTestApi();
const wire = await database.wire();
const app = await database.orm("severalty_app", { url: wire.url });
const services = await makeServices(database, { app });

/** Calls that need more than one round trip, how many, and why. */
const more: Readonly<Record<string, readonly [trips: number, why: string]>> = {
  "auth.me": [2, "the user and the tenant are rows of two tables"],
  "tenantConfigs.update": [2, "the configuration's id is looked up"],
  "templates.preview": [6, "compares the template with each kind of thing that the tenant has"],
  "templates.adopt": [27, "writes each thing by itself, four roles with their cookbooks and recipes here"],
  "subscriptions.update": [2, "the counts are looked at first, so that a broken rule is named"],
  "subscriptions.remove": [2, "whether agents are at work is looked at first"],
  "agentInstances.create": [4, "counts a place of the subscription under its lock"],
  "agentInstances.retire": [4, "gives a place of the subscription back"],
  "agentInstances.remove": [2, "whether the agent is retired is looked at first"],
  "tasks.create": [2, "whether the caller sees the agent of the task is looked at first"],
  "tasks.update": [2, "whether the task still waits is looked at first"],
  "tasks.cancel": [2, "whether the task has ended is looked at first"],
  "tasks.remove": [2, "whether the task has ended is looked at first"],
  "abTests.results": [2, "a test that never was is no test without results"],
  "abTests.record": [2, "whether the test still runs is looked at first"],
  "secrets.create": [3, "the tenant's data key is fetched, or made"],
  "secrets.update": [3, "the tenant's data key is fetched, or made"],
  "secrets.reveal": [3, "the value leaves only after the transaction with its audit row is committed"],
  "apiKeys.create": [4, "keys are counted under a lock, and the key itself is added to the answer"],
  "apiKeys.revoke": [2, "whether the key is revoked already is looked at first"],
};

const ofTenants = Object.entries(cases).flatMap(([path, made]) => (made.kind === "tenant" ? [{ path, ...made }] : []));

/** What a call sends over connections that are open already, entering included. */
const trafficOf = async (call: () => Promise<Answer>) => {
  wire.trips = 0;
  wire.texts.length = 0;
  const answer = await call();
  return { answer, trips: wire.trips, texts: [...wire.texts] };
};

test.each(ofTenants)("$path costs one round trip, entering included, or as many as its entry says", async (made) => {
  const { path, noun, input } = made;
  const world = await makeWorld(admin, { noun });
  await ask(services, world, "tenants.current");
  const { answer, trips, texts } = await trafficOf(() => ask(services, world, path, input?.(world)));
  expect(answer).toEqual({ data: expect.anything() as unknown });
  const [allowed] = more[path] ?? [1];
  expect({ trips, texts: trips > allowed ? texts : [] }).toEqual({ trips: allowed, texts: [] });
});

const isMutation = (path: string) => proceduresByPath[path]?._def.type === "mutation";
/** What keys may call, of what costs one round trip. */
const forKeys = ofTenants.flatMap(({ path, permission, ...made }) =>
  permission === undefined || permission === "apiKeys.write" || path === "users.updateOwn" || more[path] !== undefined
    ? []
    : [{ ...made, path, permission }],
);

test.each(forKeys)("$path by an API key asks who it is first", async ({ path, permission, also = [], noun, input }) => {
  const world = await makeWorld(admin, { noun });
  const { id, apiKey } = await makeApiKey(admin, world, [permission, ...also]);
  const call = () => ask(services, undefined, path, input?.(world), { apiKey });
  // Once an hour its use is noted.
  await admin.query("update app.tenant_api_keys set last_used_at = now() where id = $1", [id]);
  await ask(services, world, "tenants.current");
  const { answer, trips, texts } = await trafficOf(call);
  expect(answer).toEqual({ data: expect.anything() as unknown });
  const allowed = isMutation(path) ? 2 : 3;
  expect({ trips, texts: trips > allowed ? texts : [] }).toEqual({ trips: allowed, texts: [] });
});

test("a search costs one round trip, on whichever page", async () => {
  const world = await makeWorld(admin);
  for (const title of ["One found", "Two found", "Three found"])
    await ask(services, world, "documents.create", { title });
  const page = (cursor?: unknown) =>
    trafficOf(() => ask(services, world, "documents.list", { search: "found", limit: 2, sort: "title", cursor }));
  const first = await page();
  const { items, nextCursor } = first.answer.data as { items: unknown[]; nextCursor: string };
  const second = await page(nextCursor);
  expect([items, (second.answer.data as { items: unknown[] }).items].map((some) => some.length)).toEqual([2, 1]);
  expect([first.trips, second.trips]).toEqual([1, 1]);
});

test("a refused call and its audit row cost one round trip each", async () => {
  const world = await makeWorld(admin);
  await ask(services, world, "tenants.current");
  const nobody = { id: randomUUID(), version: 1, title: "new" };
  const { answer, trips, texts } = await trafficOf(() => ask(services, world, "documents.update", nobody));
  expect(answer.error?.data.code).toBe("NOT_FOUND");
  expect(texts.filter((text) => text.startsWith("select app.record"))).toHaveLength(1);
  // The change, whether the row is there at all, the record.
  expect(trips).toBe(3);
});

test("queries of a batch share one round trip, whatever they ask, and a mutation among them has its own", async () => {
  const world = await makeWorld(admin);
  await ask(services, world, "tenants.current");
  const queries = ["tenants.current", "documents.byId", "documents.list", "teams.list", "users.list"];
  const batch = (paths: readonly string[]) =>
    trafficOf(async () => {
      const inputs = paths.map((path) => (cases[path]?.kind === "tenant" ? cases[path].input?.(world) : undefined));
      const answers = await Promise.all(paths.map((path, at) => ask(services, world, path, inputs[at])));
      expect(answers.filter(({ data }) => data !== undefined)).toHaveLength(paths.length);
      return {};
    });
  const first = await batch(queries);
  expect({ trips: first.trips, texts: first.trips > 1 ? first.texts : [] }).toEqual({ trips: 1, texts: [] });
  expect((await batch([...queries, "users.updateOwn"])).trips).toBeGreaterThan(1);
});
