import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { createAccessTokens } from "@severalty/auth/access-token";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { testSecret } from "@severalty/api/testing/make-services";
import { contentLengthMax } from "@severalty/domain/document";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { afterAll, expect, test } from "vitest";
import { call, type HttpAnswer } from "./call.ts";
import { serverEnvOn, spawnServer, type ServerProcess } from "./spawn-server.ts";
import { until } from "@severalty/api/testing/until";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());
const admin = await database.client();
const accessTokens = createAccessTokens({ secret: testSecret });

/** A server with a request in flight, which waits for a row that `release` lets go. */
const blockOneRequest = async (server: ServerProcess, signal?: AbortSignal) => {
  const url = await server.url();
  const tenant = await makeTenant(admin);
  const locker = await database.client();
  await locker.query("begin");
  await locker.query("select from app.documents where id = $1 for update", [tenant.documentId]);
  const input = { id: tenant.documentId, version: 1, title: "in flight" };
  const answer: Promise<HttpAnswer | Error> = call(
    url,
    "documents.update",
    input,
    bearerOf({ accessTokens } as never, tenant),
    signal,
  ).catch((error: unknown) => error as Error);
  await until("the request waits for the row", async () => {
    const { rowCount } = await admin.query(
      "select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'",
      [database.name],
    );
    return rowCount === 1;
  });
  const titleNow = async () => {
    const { rows } = await admin.query<{ title: string }>("select title from app.documents where id = $1", [input.id]);
    return rows[0]?.title;
  };
  const updatesLogged = async () => {
    const { rows } = await admin.query<{ count: number }>(
      "select count(*)::int as count from app.audit_logs where resource_id = $1 and action = 'documents.update'",
      [input.id],
    );
    return rows[0]?.count;
  };
  return { url, answer, titleNow, updatesLogged, release: () => locker.query("rollback") };
};

/** A request like that one, whose caller has left. */
const leaveOneRequest = async (server: ServerProcess) => {
  const leaving = new AbortController();
  const blocked = await blockOneRequest(server, leaving.signal);
  leaving.abort();
  expect(await blocked.answer).toBeInstanceOf(Error);
  return blocked;
};

const refuses = async (url: string): Promise<boolean> => {
  const failure: unknown = await fetch(`${url}/healthz`, { headers: { connection: "close" } }).catch((e: unknown) => e);
  return failure instanceof Error && (failure.cause as { code?: string }).code === "ECONNREFUSED";
};

test.each(["SIGTERM", "SIGINT"] as const)(
  "after %s the server finishes what is in flight, takes nothing new, waits for no idle connection, and ends with 0",
  async (signal) => {
    await using server = spawnServer(serverEnvOn(database.adminUrl));
    const { url, answer, release, titleNow } = await blockOneRequest(server);
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      get(`${url}/healthz`, { agent }, (response) => response.resume().on("end", resolve)).on("error", reject);
    });
    server.child.kill(signal);
    await until("new connections are refused", () => refuses(url));
    expect(server.child.exitCode).toBeNull();
    const released = performance.now();
    await release();
    expect(await answer).toMatchObject({ status: 200, data: { title: "in flight", version: 2 } });
    const { code, stdout, stderr } = await server.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n").at(-1)).toContain('"msg":"closed"');
    expect(stdout).not.toContain("cut off");
    // Node itself ends an idle connection after five seconds.
    expect(performance.now() - released).toBeLessThan(4_000);
    expect(await titleNow()).toBe("in flight");
    agent.destroy();
  },
);

test.each(["documents.byId", "documents.byId,documents.byId"])(
  "an answer of %s that is still on its way when the signal comes arrives whole",
  async (path) => {
    await using server = spawnServer(serverEnvOn(database.adminUrl));
    const url = new URL(await server.url());
    const tenant = await makeTenant(admin);
    // Six bytes each in JSON: more than the system keeps for a connection at both of its ends.
    await admin.query("update app.documents set content = repeat(chr(1), $2) where id = $1", [
      tenant.documentId,
      contentLengthMax,
    ]);
    const input = { id: tenant.documentId };
    const isBatch = path.includes(",");
    const query = new URLSearchParams({ input: JSON.stringify(isBatch ? { 0: input, 1: input } : input) });
    if (isBatch) query.set("batch", "1");
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: bearerOf({ accessTokens } as never, tenant) };
      get(`${url.origin}/trpc/${path}?${query.toString()}`, { headers, agent: false }, resolve).on("error", reject);
    });
    await once(response, "readable");
    server.child.kill("SIGTERM");
    await until("the server shuts down", () => server.stdout.includes("shutting down"));
    // Idle connections are closed time and again.
    await pause(200);
    let arrived = 0;
    for await (const chunk of response) arrived += (chunk as Buffer).length;
    expect(arrived).toBeGreaterThan(6 * contentLengthMax * path.split(",").length);
    const { code, stdout } = await server.ended;
    expect({ code, isCutOff: stdout.includes("cut off") }).toEqual({ code: 0, isCutOff: false });
  },
);

test("a second signal ends the server at once, and what was in flight is done whole or not at all", async () => {
  await using server = spawnServer(serverEnvOn(database.adminUrl));
  const { answer, release, titleNow, updatesLogged } = await blockOneRequest(server);
  server.child.kill("SIGTERM");
  await until("the server shuts down", () => server.stdout.includes("shutting down"));
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(1);
  expect(await answer).toBeInstanceOf(Error);
  await release();
  await until("its sessions are gone", async () => {
    const { rowCount } = await admin.query(
      "select from pg_stat_activity where datname = $1 and application_name = 'severalty-server'",
      [database.name],
    );
    return rowCount === 0;
  });
  // COMMIT travels with the statement, so that only the database knows.
  expect(await updatesLogged()).toBe((await titleNow()) === "in flight" ? 1 : 0);
});

test("what outlasts the grace is cut off, and the server ends all the same", async () => {
  await using server = spawnServer(serverEnvOn(database.adminUrl, { SHUTDOWN_GRACE_MS: "100" }));
  const { answer, release } = await blockOneRequest(server);
  const began = performance.now();
  server.child.kill("SIGTERM");
  const { code, stdout } = await server.ended;
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(await answer).toBeInstanceOf(Error);
  expect(stdout).toContain("requests still in flight were cut off");
  expect(code).toBe(0);
  await release();
});

test("a statement whose caller has left does not outlast the grace", async () => {
  await using server = spawnServer(serverEnvOn(database.adminUrl, { SHUTDOWN_GRACE_MS: "300" }));
  const { release } = await leaveOneRequest(server);
  const began = performance.now();
  server.child.kill("SIGTERM");
  const { code, stdout } = await server.ended;
  // The statement alone waits ten seconds for its lock.
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(stdout).toContain("statements still under way were cut off");
  expect(code).toBe(0);
  await release();
});

test("a statement whose caller has left is waited for within the grace", async () => {
  await using server = spawnServer(serverEnvOn(database.adminUrl));
  const { release, titleNow, updatesLogged } = await leaveOneRequest(server);
  server.child.kill("SIGTERM");
  await until("the server shuts down", () => server.stdout.includes("shutting down"));
  await release();
  const { code, stdout } = await server.ended;
  expect({ code, isCutOff: stdout.includes("cut off") }).toEqual({ code: 0, isCutOff: false });
  expect([await titleNow(), await updatesLogged()]).toEqual(["in flight", 1]);
});
