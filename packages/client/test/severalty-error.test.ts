import { TRPCClientError } from "@trpc/client";
import { expect, test } from "vitest";
import { createClient } from "../src/create-client.ts";
import { createMemoryTokenStore } from "../src/token-store.ts";
import { failureOf } from "./failure-of.ts";
import { TestServer } from "./test-server.ts";

const clientOf = (server: TestServer) =>
  createClient({ url: server.url, retries: 0, tokens: createMemoryTokenStore(server.sessions.issue()) });

test("broken input tells code, status, reason, request and the message of each field", async () => {
  await using server = await TestServer.start();
  const failure = await failureOf(clientOf(server).documents.create.mutate({ title: "x".repeat(301) }));
  expect(failure).toMatchObject({
    name: "SeveraltyError",
    code: "BAD_REQUEST",
    httpStatus: 400,
    reason: "input/invalid",
    requestId: "request-1",
    fields: { title: "too long" },
    isRetryable: false,
  });
  expect(failure).toBeInstanceOf(TRPCClientError);
});

test("each call of a batch tells its own status", async () => {
  await using server = await TestServer.start();
  const client = createClient({ url: server.url });
  const failures = await Promise.all(["1", "2"].map((id) => failureOf(client.documents.byId.query({ id }))));
  expect(failures.map(({ httpStatus, reason }) => [httpStatus, reason])).toEqual([
    [401, "auth/no-token"],
    [401, "auth/no-token"],
  ]);
});

test("a server that is not there is a network failure whose message says where it was looked for", async () => {
  const client = createClient({ url: "http://127.0.0.1:1", retries: 0 });
  const failure = await failureOf(client.auth.me.query());
  expect(failure).toMatchObject({ code: "CLIENT_ERROR", httpStatus: null, reason: "client/network", requestId: null });
  expect(failure.message).toContain("http://127.0.0.1:1");
});

test("a proxy's page keeps its status", async () => {
  await using server = await TestServer.start();
  server.onRequest = (_request, response) => {
    response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    return true;
  };
  const failure = await failureOf(clientOf(server).documents.byId.query({ id: "1" }));
  expect(failure).toMatchObject({
    code: "BAD_GATEWAY",
    httpStatus: 502,
    reason: "client/bad-answer",
    isRetryable: true,
  });
});

test.each([
  { body: { error: { code: 503, message: "gateway", data: null } } },
  { body: { error: { code: 503, message: "gateway", data: {} } } },
  { body: { error: { code: 503, message: "gateway", status: "UNAVAILABLE" } } },
  { body: { error: { code: "unavailable", data: { reason: 7 } } } },
  { body: [{ error: { code: 503, message: "gateway", data: null } }] },
  { body: [null] },
  { body: [] },
  { body: null },
])("a gateway's answer $body is a bad answer with its status, in a batch and alone", async ({ body }) => {
  await using server = await TestServer.start();
  server.onRequest = (_request, response) => {
    response.writeHead(503, { "content-type": "application/json" }).end(JSON.stringify(body));
    return true;
  };
  const { documents } = clientOf(server);
  for (const call of [() => documents.byId.query({ id: "1" }), () => documents.create.mutate({ title: "x" })])
    expect(await failureOf(call())).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      httpStatus: 503,
      reason: "client/bad-answer",
      isRetryable: true,
    });
});

test("an error from outside tRPC keeps the reason that the server gave", async () => {
  await using server = await TestServer.start();
  server.onRequest = (_request, response) => {
    const error = { message: "nothing here", data: { httpStatus: 404, reason: "request/unknown-path" } };
    response.writeHead(404, { "x-request-id": "request-2" }).end(JSON.stringify({ error }));
    return true;
  };
  expect(await failureOf(clientOf(server).documents.byId.query({ id: "1" }))).toMatchObject({
    message: "nothing here",
    code: "NOT_FOUND",
    reason: "request/unknown-path",
    requestId: "request-2",
  });
});

test("a store that fails is not taken for the server", async () => {
  const tokens = { ...createMemoryTokenStore(), get: () => Promise.reject(new Error("the disk is gone")) };
  const client = createClient({ url: "http://127.0.0.1:1", tokens });
  const failure = await failureOf(client.auth.me.query());
  expect(failure).toMatchObject({ reason: "client/unexpected", message: "the disk is gone" });
});
