import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { createClient } from "../src/create-client.ts";
import { createMemoryTokenStore } from "../src/token-store.ts";
import { failureOf } from "./failure-of.ts";
import { Refusal } from "./test-router.ts";
import { TestServer } from "./test-server.ts";

/** A server that knows one key, in place of tokens, and the headers of what it was asked. */
const startWithKey = async () => {
  const server = await TestServer.start();
  const seen: IncomingHttpHeaders[] = [];
  const { accessToken } = server.sessions.issue();
  server.onRequest = ({ headers }) => {
    seen.push({ ...headers });
    if (headers["x-api-key"] === "svk_right") headers.authorization = `Bearer ${accessToken}`;
    return false;
  };
  return { server, seen };
};

test("a client with an API key sends it with every call, and nothing else that tells who calls", async () => {
  const { server, seen } = await startWithKey();
  await using _ = server;
  const client = createClient({ url: server.url, apiKey: "svk_right" });
  expect(await client.documents.byId.query({ id: "1" })).toMatchObject({ id: "1" });
  expect(await client.documents.create.mutate({ title: "x" })).toEqual({ title: "x" });
  expect(seen).toHaveLength(2);
  for (const headers of seen) {
    expect(headers["x-api-key"]).toBe("svk_right");
    expect(headers).not.toHaveProperty("authorization");
  }
});

test("a client without an API key sends no header for it", async () => {
  const { server, seen } = await startWithKey();
  await using _ = server;
  await createClient({ url: server.url }).auth.login.mutate({ email: "ann@example.com", password: "x" });
  expect(seen[0]).not.toHaveProperty("x-api-key");
});

test("a key that is refused is not renewed: the call throws what the server said", async () => {
  const { server } = await startWithKey();
  await using _ = server;
  server.onCall = () => {
    throw new Refusal("UNAUTHORIZED", "auth/key-invalid");
  };
  const client = createClient({ url: server.url, apiKey: "svk_right" });
  expect(await failureOf(client.documents.byId.query({ id: "1" }))).toMatchObject({ reason: "auth/key-invalid" });
  expect(server.requests).toHaveLength(1);
});

test("a query by API key survives a broken connection", async () => {
  const { server } = await startWithKey();
  await using _ = server;
  const { onRequest } = server;
  let broken = 0;
  server.onRequest = (request, response) => {
    if (broken++ > 0) return onRequest(request, response);
    request.socket.destroy();
    return true;
  };
  const client = createClient({ url: server.url, apiKey: "svk_right", retryDelayMs: 1 });
  expect(await client.documents.byId.query({ id: "1" })).toMatchObject({ id: "1" });
});

test("an API key and a token store exclude each other", () => {
  const both = { url: "http://localhost", apiKey: "svk_right", tokens: createMemoryTokenStore() };
  expect(() => createClient(both)).toThrow("createClient takes apiKey or tokens, not both");
});
