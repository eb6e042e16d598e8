import { expect, test } from "vitest";
import { createClient } from "../src/create-client.ts";
import { withIdempotencyKey } from "../src/idempotency.ts";
import { createMemoryTokenStore } from "../src/token-store.ts";
import { failureOf } from "./failure-of.ts";
import { Refusal } from "./test-router.ts";
import { TestServer } from "./test-server.ts";

const clientOf = (server: TestServer) =>
  createClient({ url: server.url, tokens: createMemoryTokenStore(server.sessions.issue()), retryDelayMs: 1 });

test("a mutation with a key survives broken connections, and each repetition bears the same key", async () => {
  await using server = await TestServer.start();
  server.breakNext(2);
  const { documents } = clientOf(server);
  expect(await documents.create.mutate({ title: "x" }, withIdempotencyKey("once"))).toEqual({ title: "x" });
  expect(server.requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual(["once", "once", "once"]);
});

test("a mutation that is sent again with a renewed token bears the same key", async () => {
  await using server = await TestServer.start();
  const { documents } = clientOf(server);
  server.sessions.expireAccessTokens();
  await documents.create.mutate({ title: "x" }, { context: { idempotencyKey: "once" } });
  expect(server.requests.map(({ procedures, idempotencyKey }) => [procedures[0], idempotencyKey])).toEqual([
    ["documents.create", "once"],
    ["auth.refresh", undefined],
    ["documents.create", "once"],
  ]);
});

test("a mutation with a key that the server refuses is not repeated", async () => {
  await using server = await TestServer.start();
  server.onCall = () => {
    throw new Refusal("CONFLICT", "idempotency/key-reused");
  };
  const call = clientOf(server).documents.create.mutate({ title: "x" }, withIdempotencyKey("once"));
  expect((await failureOf(call)).reason).toBe("idempotency/key-reused");
  expect(server.requests).toHaveLength(1);
});

test("neither a query nor a mutation without a key bears one, and a sign-in or a call of the platform with one is not repeated", async () => {
  await using server = await TestServer.start();
  const client = clientOf(server);
  await client.documents.byId.query({ id: "1" }, withIdempotencyKey("once"));
  await client.documents.create.mutate({ title: "x" });
  expect(server.requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, undefined]);
  server.breakNext(1);
  const person = { email: "ann@example.com", password: "x" };
  const failure = await failureOf(client.auth.login.mutate(person, withIdempotencyKey("once")));
  expect(failure.reason).toBe("client/network");
  expect(server.requests).toHaveLength(3);
  server.breakNext(1);
  const ending = await failureOf(client.platform.grants.end.mutate({ id: "1" }, withIdempotencyKey("once")));
  expect(ending.reason).toBe("client/network");
  expect(server.requests).toHaveLength(4);
});

test.each(["", "a b", "ü", "x".repeat(201), 7, null])("the key %j is refused before anything is sent", async (key) => {
  await using server = await TestServer.start();
  const call = clientOf(server).documents.create.mutate({ title: "x" }, { context: { idempotencyKey: key } });
  const failure = await failureOf(call);
  expect(failure).toMatchObject({ reason: "client/invalid-idempotency-key", isRetryable: false });
  expect(failure.message).toContain("idempotencyKey must be 1 to 200 visible ASCII characters, got ");
  expect(server.requests).toHaveLength(0);
});

test("a call with a key and a signal that was aborted sends nothing", async () => {
  await using server = await TestServer.start();
  const options = withIdempotencyKey("once", { signal: AbortSignal.abort() });
  expect((await failureOf(clientOf(server).documents.create.mutate({ title: "x" }, options))).reason).toBe(
    "client/aborted",
  );
  expect(server.requests).toHaveLength(0);
});
