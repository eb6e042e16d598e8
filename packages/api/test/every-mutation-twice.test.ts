import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { withKey } from "../src/testing/with-key.ts";
import { cases } from "./cases.ts";
import { bytesOf, changesSince, makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const mutations = Object.keys(proceduresByPath).filter(
  (path) => cases[path]?.kind === "tenant" && proceduresByPath[path]?._def.type === "mutation",
);
const plain = mutations.filter((path) => cases[path]?.bearsSecret !== true);
const secret = mutations.filter((path) => cases[path]?.bearsSecret === true);

test.each(plain)("%s, sent twice with one key, is done once and answered alike", async (path) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  const input = cases[path]?.input?.(world);
  const [first, second] = [withKey("a-key"), withKey("a-key")];
  const answer = await ask(services, world, path, input, first);
  expect(answer).toEqual({ data: expect.anything() as unknown });
  const between = await bytesOf(admin, world);
  expect(between.filter((row) => row.startsWith("app.idempotency_keys "))).toHaveLength(1);
  const again = await ask(services, world, path, input, second);
  expect(JSON.stringify(again)).toBe(JSON.stringify(answer));
  expect(await bytesOf(admin, world)).toEqual(between);
  expect([first.replays, second.replays]).toEqual([0, 1]);
});

test.each(secret)("%s, whose answer bears a secret, is done once, and a repetition is told so", async (path) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  const input = cases[path]?.input?.(world);
  expect((await ask(services, world, path, input, withKey("a-key"))).error).toBeUndefined();
  const between = await bytesOf(admin, world);
  const { error } = await ask(services, world, path, input, withKey("a-key"));
  expect(error?.data.reason).toBe("idempotency/answer-not-kept");
  expect(await changesSince(admin, world, between)).toEqual([expect.stringMatching(/^app\.audit_logs/)]);
});

test("a query and a procedure outside the tenants take no notice of a key", async () => {
  const world = await makeWorld(admin);
  for (const path of ["teams.list", "auth.me", "auth.logout"] as const) {
    const facts = withKey("not a key");
    expect((await ask(services, world, path, cases[path]?.input?.(world), facts)).error).toBeUndefined();
    expect(facts.replays).toBe(0);
  }
  expect((await bytesOf(admin, world)).join()).not.toContain("app.idempotency_keys ");
});
