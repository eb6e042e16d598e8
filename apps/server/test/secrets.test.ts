import { randomBytes } from "node:crypto";
import { createEnvelope } from "@severalty/auth/envelope";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { snapshot } from "@severalty/db/testing/snapshot";
import { expect, test } from "vitest";
import { call } from "./call.ts";
import { openTestServer, serve } from "./open-test-server.ts";

const { url, services, databases, database, admin, logged } = await openTestServer();
// What the server's sessions run is shown to nobody; here it is, to see that no value is in it.
await admin.query(`alter role severalty_app in database ${database.name} set track_activities = on`);

const value = "value-in-secret";

test("E3: whatever succeeds or fails, a value is in no table, no log line and no answer but a reveal's", async () => {
  const authorization = bearerOf(services, await makeTenant(admin));
  const answers: unknown[] = [];
  const send = async (path: string, input: unknown, at = url) => {
    const answer = await call(at, path, input, authorization);
    answers.push(answer);
    return answer;
  };
  const statusOf = async (path: string, input: unknown, at = url) => (await send(path, input, at)).status;
  const { id } = (await send("secrets.create", { name: "n", value })).data as { id: string };
  expect(await statusOf("secrets.update", { id, version: 1, value: `${value}-2` })).toBe(200);
  const revealed = await call(url, "secrets.reveal", { id }, authorization);
  expect(revealed.data).toEqual({ value: `${value}-2` });
  expect(revealed.headers.get("cache-control")).toBe("no-store");
  for (const path of ["secrets.list", "secrets.byId", "auditLogs.list"])
    await send(path, path === "secrets.byId" ? { id } : {});

  expect(await statusOf("secrets.create", { name: "n", value })).toBe(409);
  expect(await statusOf("secrets.update", { id, version: 1, value })).toBe(409);
  expect(await statusOf("secrets.create", { name: "x", value: value.padEnd(70_000, "x") })).toBe(400);
  for (const input of [
    value,
    [value],
    { name: "x", value: [value] },
    { name: "x", value: { value } },
    { name: "x", vaule: value },
  ])
    expect(await statusOf("secrets.create", input)).toBe(400);
  for (const [method, path, body] of [
    ["POST", "secrets.create", `{"name":"x","value":"${value}`],
    ["GET", `secrets.create?input=${encodeURIComponent(JSON.stringify({ name: "x", value }))}`, null],
  ] as const) {
    const headers = { "content-type": "application/json", authorization };
    const response = await fetch(`${url}/trpc/${path}`, { method, headers, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    answers.push(await response.text());
  }
  const faulty = await serve({ ...services, clock: () => new Date("+020000-01-01") }, databases);
  const stranger = { ...services, envelope: createEnvelope({ key: randomBytes(32).toString("base64") }) };
  const keyless = await serve(stranger, databases);
  for (const at of [faulty, keyless]) {
    expect(await statusOf("secrets.create", { name: "x", value }, at)).toBe(500);
    expect(await statusOf("secrets.reveal", { id }, at)).toBe(500);
  }

  const { rows: statements } = await admin.query("select query from pg_stat_activity");
  const stored = JSON.stringify([await snapshot(admin), statements]);
  expect(stored).toContain(id);
  const encoded = [Buffer.from(value).toString("hex"), Buffer.from(value).toString("base64").slice(0, -4)];
  for (const seen of [stored, logged(), JSON.stringify(answers)])
    for (const form of [value, ...encoded]) expect(seen).not.toContain(form);
  for (const level of [30, 50]) expect(logged()).toContain(`"level":${level}`);
});

test("a secret that cannot be decrypted is logged as an error that names the missing key, under the request's id", async () => {
  const authorization = bearerOf(services, await makeTenant(admin));
  const { data } = await call(url, "secrets.create", { name: "n", value }, authorization);
  const { id } = data as { id: string };
  const stranger = { ...services, envelope: createEnvelope({ key: randomBytes(32).toString("base64") }) };
  const before = logged().length;
  const { status, error } = await call(await serve(stranger, databases), "secrets.reveal", { id }, authorization);
  expect(status).toBe(500);
  const line = logged()
    .slice(before)
    .split("\n")
    .find((text) => text.includes('"level":50'));
  expect(JSON.parse(line ?? "null")).toMatchObject({
    requestId: error?.data.requestId,
    procedure: "secrets.reveal",
    reason: "secrets/undecryptable",
    why: expect.stringMatching(/does not have the key [\da-f]{16} that protects it$/) as unknown,
  });
});
