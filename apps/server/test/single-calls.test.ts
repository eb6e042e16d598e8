import { cases } from "@severalty/api/test/cases";
import { platformCases, type Place } from "@severalty/api/test/platform-cases";
import { makeWorld, type World } from "@severalty/api/test/world";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeApiKey } from "@severalty/api/testing/make-api-key";
import { proceduresByPath } from "@severalty/api/testing/procedures-by-path";
import { makeOperator, openTestGrant } from "@severalty/db/testing/make-operator";
import { makeMember } from "@severalty/db/testing/make-tenant";
import type { Client } from "pg";
import { describe, expect, test } from "vitest";
import { createBothWays } from "./both-ways.ts";
import { openTwins } from "./twin-servers.ts";
import type { WireRequest } from "./wire.ts";

const paths = Object.keys(proceduresByPath);

/** Everything that the calls of one procedure name. */
interface Scene {
  readonly caller: World | Place["operator"];
  readonly input: object | undefined;
  /** The input once per id that it takes, with another tenant's. */
  readonly foreign: readonly object[];
}

const makePlace = async (admin: Client, platform: Client, status = "active"): Promise<Place> => {
  const [operator, tenant] = [await makeOperator(admin), await makeWorld(admin)];
  await admin.query("update app.tenants set status = $2 where id = $1", [tenant.tenantId, status]);
  const forTenant = await openTestGrant(platform, operator, tenant.tenantId);
  return { operator, tenant, forTenant, forAll: await openTestGrant(platform, operator, null) };
};

const makeScene = async (path: string, other: World, admin: Client, platform: Client): Promise<Scene> => {
  const platformCase = platformCases[path];
  if (platformCase !== undefined) {
    const place = await makePlace(admin, platform, platformCase.status);
    const grantId = platformCase.by === "grantForAll" ? place.forAll : place.forTenant;
    const input = platformCase.input(place, grantId);
    const foreign = platformCase.isAbout === true ? [platformCase.input({ ...place, tenant: other }, grantId)] : [];
    return { caller: place.operator, input, foreign };
  }
  const { noun, input, foreign = {} } = cases[path] ?? {};
  const caller = await makeWorld(admin, { noun });
  const own = input?.(caller);
  const elsewhere = noun === undefined ? other : await makeWorld(admin, { noun });
  return { caller, input: own, foreign: Object.values(foreign).map((point) => ({ ...own, ...point(elsewhere) })) };
};

const { made, twins } = await openTwins(async (admin, platform) => {
  const other = await makeWorld(admin);
  const scenes = new Map<string, Scene>();
  for (const path of paths) scenes.set(path, await makeScene(path, other, admin, platform));
  const reader = await makeMember(admin, other.tenantId, { role: "user" });
  const { apiKey } = await makeApiKey(admin, other, ["documents.read"]);
  return { other, scenes, reader, apiKey };
});
const [twin, otherTwin] = twins;
const bothWays = createBothWays(twin.url, otherTwin.url);
const bearer = (who: Parameters<typeof bearerOf>[1]) => ({ authorization: bearerOf(twin.services, who) });

const json = { "content-type": "application/json" };

const inUrl = (value: string) => `input=${encodeURIComponent(value)}`;

/** The forms in which a call can be made: by POST and, for a query, by GET, alone and as a batch of one. */
const formsOf = (path: string, input: unknown): [WireRequest, WireRequest, ...WireRequest[]] => {
  const [one, batch] = [JSON.stringify(input), JSON.stringify({ 0: input })];
  const target = `/trpc/${path}`;
  const alone = { method: "POST", target, headers: json, body: one };
  const batched = { method: "POST", target: `${target}?batch=1`, headers: json, body: batch };
  if (proceduresByPath[path]?._def.type !== "query") return [alone, batched];
  return [
    { method: "GET", target: one === undefined ? target : `${target}?${inUrl(one)}` },
    { method: "GET", target: `${target}?batch=1&${inUrl(batch)}` },
    alone,
    batched,
  ];
};

const as = (headers: Record<string, string>) => (request: WireRequest) => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

describe.each(paths)("%s", (path) => {
  const { caller, input, foreign } = made.scenes.get(path) ?? { caller: made.other, input: undefined, foreign: [] };

  test("answers a caller who may, byte for byte as through the adapter, and without it", async () => {
    const answers = [];
    for (const form of formsOf(path, input).map(as(bearer(caller)))) answers.push(await bothWays(form));
    expect(answers[0]?.status).toBe(200);
    expect(answers.map(({ isLean }) => isLean)).toEqual(answers.map(() => true));
  });

  test("refuses alike an input, a caller, and what is another tenant's", async () => {
    const inputs = [{ unheardOf: true }, "text", null, ...foreign];
    const asked = inputs.flatMap((value) => formsOf(path, value).slice(0, 2)).map(as(bearer(caller)));
    const credentials = [
      {},
      { authorization: "Bearer dead" },
      { authorization: "Basic x" },
      { "x-api-key": made.apiKey },
      { "x-api-key": "svk_" },
      { "x-api-key": made.apiKey, ...bearer(caller) },
      bearer(made.reader),
    ];
    asked.push(...credentials.map((who) => as(who)(formsOf(path, input)[0])));
    for (const request of asked) expect((await bothWays(request)).isLean).toBe(true);
  });

  test("answers alike what is no proper request for it", async () => {
    const target = `/trpc/${path}`;
    const odd: WireRequest[] = [
      { method: "POST", target, headers: json, body: '{"a' },
      { method: "POST", target, headers: json, body: "" },
      { method: "POST", target, headers: json },
      { method: "POST", target: `${target}?batch=1`, headers: json, body: "[{}]" },
      { method: "POST", target, body: "{}" },
      { method: "POST", target, headers: { "content-type": "text/plain" }, body: "{}" },
      { method: "GET", target: `${target}?input={` },
      { method: "GET", target },
      { method: "PUT", target, headers: json, body: "{}" },
      { method: "HEAD", target },
      { method: "POST", target: target.replaceAll(".", "%2E"), headers: json, body: "null" },
    ];
    for (const request of odd.map(as(bearer(caller)))) expect((await bothWays(request)).status).toBeLessThan(500);
  });

  test("answers alike a request that is sent again, and one whose key is none", async () => {
    for (const key of ["a-key", "a-key", ""])
      expect(await bothWays(as({ ...bearer(caller), "idempotency-key": key })(formsOf(path, input)[0]))).toMatchObject({
        isLean: true,
      });
  });
});

test("both ways leave the same lines in the log", () => {
  expect(twin.logged().length).toBeGreaterThan(paths.length * 20);
  expect(twin.logged().toSorted()).toEqual(otherTwin.logged().toSorted());
});

test("both ways leave the same lines in the tenants' logs", async () => {
  const [lines, otherLines] = await Promise.all(
    twins.map(async ({ admin }) => {
      const { rows } = await admin.query<{ line: string }>(
        "select (to_jsonb(t))::text as line from app.audit_logs t order by 1",
      );
      return rows.map(({ line }) => line);
    }),
  );
  expect(lines?.length).toBeGreaterThan(paths.length);
  expect(lines).toEqual(otherLines);
});
