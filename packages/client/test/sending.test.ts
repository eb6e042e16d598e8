import { expect, test } from "vitest";
import { createClient } from "../src/create-client.ts";
import { createMemoryTokenStore } from "../src/token-store.ts";
import { failureOf } from "./failure-of.ts";
import { Refusal } from "./test-router.ts";
import { TestServer } from "./test-server.ts";

const clientOf = (server: TestServer, retries?: number) =>
  createClient({
    url: server.url,
    tokens: createMemoryTokenStore(server.sessions.issue()),
    retryDelayMs: 1,
    ...(retries === undefined ? {} : { retries }),
  });

test("queries of one moment travel in batches of at most ten, and no input is in a URL", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  await Promise.all(Array.from({ length: 25 }, (_, index) => client.documents.byId.query({ id: `id-${index}` })));
  const sizes = server.requests.map(({ procedures }) => procedures.length);
  expect(sizes.toSorted((one, other) => other - one)).toEqual([10, 10, 5]);
  expect(server.requests.every(({ method, url }) => method === "POST" && !url.includes("id-"))).toBe(true);
});

test("each mutation has a request of its own", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  await Promise.all(["a", "b", "c"].map((title) => client.documents.create.mutate({ title })));
  expect(server.requests).toHaveLength(3);
});

test("a query survives broken connections", async () => {
  await using server = await TestServer.start();
  server.breakNext(2);
  expect(await clientOf(server).documents.byId.query({ id: "1" })).toMatchObject({ id: "1" });
});

test("a query is repeated as often as was asked for, and no more", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server, 3);
  server.onCall = () => {
    throw new Refusal("SERVICE_UNAVAILABLE", "server/database-unavailable");
  };
  const failure = await failureOf(client.documents.byId.query({ id: "1" }));
  expect(failure).toMatchObject({ reason: "server/database-unavailable", isRetryable: true });
  expect(server.requests).toHaveLength(4);
});

test("a mutation without a key is never repeated", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  server.breakNext(1);
  const failure = await failureOf(client.documents.create.mutate({ title: "x" }));
  expect(failure).toMatchObject({ reason: "client/network", httpStatus: null, isRetryable: true });
  expect(server.requests).toHaveLength(1);
});

test.each([
  ["NOT_FOUND", "documents/not-found", false],
  ["TOO_MANY_REQUESTS", "request/rate-limited", true],
] as const)("a query that meets %s is not repeated", async (code, reason, isRetryable) => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  server.onCall = () => {
    throw new Refusal(code, reason);
  };
  expect(await failureOf(client.documents.byId.query({ id: "1" }))).toMatchObject({ code, reason, isRetryable });
  expect(server.requests).toHaveLength(1);
});

test("an aborted call fails at once, and others of its batch go on", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  server.onCall = () => {
    arrived.resolve();
    return gate.promise;
  };
  const stop = new AbortController();
  const aborted = failureOf(client.documents.byId.query({ id: "1" }, { signal: stop.signal }));
  const other = client.documents.byId.query({ id: "2" });
  await arrived.promise;
  stop.abort();
  expect(await aborted).toMatchObject({ reason: "client/aborted", isRetryable: false });
  gate.resolve();
  expect(await other).toMatchObject({ id: "2" });
  expect(server.requests).toHaveLength(1);
});

test("a call that is aborted while it waits to be repeated is not sent again", async () => {
  await using server = await TestServer.start();
  const stop = new AbortController();
  const client = createClient({
    url: server.url,
    retryDelayMs: 60_000,
    tokens: createMemoryTokenStore(server.sessions.issue()),
  });
  server.onCall = () => {
    setImmediate(() => stop.abort());
    throw new Refusal("SERVICE_UNAVAILABLE", "server/database-unavailable");
  };
  const failure = await failureOf(client.documents.byId.query({ id: "1" }, { signal: stop.signal }));
  expect(failure.reason).toBe("client/aborted");
  expect(server.requests).toHaveLength(1);
});

test("a call with a signal that was aborted before sends nothing", async () => {
  await using server = await TestServer.start();
  const failure = await failureOf(clientOf(server).documents.byId.query({ id: "1" }, { signal: AbortSignal.abort() }));
  expect(failure.reason).toBe("client/aborted");
  expect(server.requests).toHaveLength(0);
});
