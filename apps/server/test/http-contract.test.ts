import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { describe, expect, test } from "vitest";
import { authBodyBytesMax, bodyBytesMax } from "../src/app.ts";
import { openTestServer } from "./open-test-server.ts";

const { url, services, admin } = await openTestServer();
const tenant = await makeTenant(admin);
const authorization = bearerOf(services, tenant);

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const send = async (path: string, { method = "POST", headers, body }: Sent = {}) => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text || "null") as never };
};

const refusal = (code: string, httpStatus: number, reason: string) => ({
  error: { data: { code, httpStatus, reason, requestId: expect.any(String) as unknown } },
});

describe("what is no proper request is refused with a reason of its own", () => {
  test("a body that is not JSON, without quoting it", async () => {
    const { status, json, text } = await send("/trpc/documents.create", { body: '{"title": "secret' });
    expect(status).toBe(400);
    expect(json).toMatchObject(refusal("BAD_REQUEST", 400, "request/malformed"));
    expect(text).not.toContain("secret");
  });

  test("an input in the URL that is not JSON, without quoting it", async () => {
    const { status, json, text } = await send("/trpc/documents.byId?input=secret", { method: "GET" });
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: { data: { httpStatus: 400, reason: "request/malformed" } } });
    expect(text).not.toContain("secret");
  });

  test("a body over 4 MiB", async () => {
    const body = JSON.stringify({ title: "x", content: "c".repeat(bodyBytesMax) });
    const { status, json } = await send("/trpc/documents.create", { body });
    expect(status).toBe(413);
    expect(json).toMatchObject(refusal("PAYLOAD_TOO_LARGE", 413, "request/too-large"));
    expect(json).toMatchObject({ error: { message: "the body is longer than the server reads: send less at once" } });
  });

  test.each([
    ["alone", "/trpc/auth.login", (input: object) => input],
    ["written otherwise", "/trpc/%61uth%2Elogin", (input: object) => input],
    ["in a batch of one", "/trpc/auth.login?batch=1", (input: object) => ({ 0: input })],
    ["in a batch", "/trpc/auth.refresh,auth.login?batch=1", (input: object) => ({ 0: input, 1: input })],
  ])("a sign-in of more than 64 KiB, %s, before anything of it is looked at", async (_, path, inputOf) => {
    const login = (passwordBytes: number) => {
      const input = { email: "somebody@example.com", password: "p".repeat(passwordBytes) };
      return send(path, { body: JSON.stringify(inputOf(input)) });
    };
    const { status, json } = await login(authBodyBytesMax);
    expect(status).toBe(413);
    expect(JSON.stringify(json)).toContain("request/too-large");
    expect((await login(201)).status).not.toBe(413);
  });

  test("a batch of more than ten calls, of which none is run", async () => {
    const paths = Array.from({ length: 11 }, () => "documents.create").join(",");
    const inputs = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [at, { title: "of a large batch" }]));
    const { status, json } = await send(`/trpc/${paths}?batch=1`, { body: JSON.stringify(inputs) });
    expect(status).toBe(400);
    expect(json).toMatchObject(refusal("BAD_REQUEST", 400, "request/malformed"));
    const { rowCount } = await admin.query("select from app.documents where title = 'of a large batch'");
    expect(rowCount).toBe(0);
  });

  test("a procedure that does not exist", async () => {
    const { status, json } = await send("/trpc/documents.burn", { body: "{}" });
    expect(status).toBe(404);
    expect(json).toMatchObject(refusal("NOT_FOUND", 404, "request/unknown-procedure"));
  });

  test("a mutation by GET, which is not run", async () => {
    const input = encodeURIComponent(JSON.stringify({ id: tenant.documentId }));
    const { status, json } = await send(`/trpc/documents.remove?input=${input}`, { method: "GET" });
    expect(status).toBe(405);
    expect(json).toMatchObject(refusal("METHOD_NOT_SUPPORTED", 405, "request/method-not-supported"));
    const { rowCount } = await admin.query("select from app.documents where id = $1", [tenant.documentId]);
    expect(rowCount).toBe(1);
  });

  test("another content type", async () => {
    const { status, json } = await send("/trpc/documents.create", {
      headers: { "content-type": "text/plain" },
      body: "x",
    });
    expect(status).toBe(415);
    expect(json).toMatchObject(refusal("UNSUPPORTED_MEDIA_TYPE", 415, "request/unsupported-media-type"));
    expect(json).toMatchObject({ error: { message: "the content type must be application/json" } });
  });

  test.each(["/trpc/%E0%A4%A", "/trpc/%ff", "/trpc/%"])("the malformed path %s", async (path) => {
    const { status, json } = await send(path, { method: "GET" });
    expect(status).toBe(400);
    expect(json).toMatchObject(refusal("BAD_REQUEST", 400, "request/malformed"));
  });

  test.each(["/", "/%", "/trpcx", "/healthz/x", "/favicon.ico", "/.env"])(
    "the path %s, below which there is nothing",
    async (path) => {
      const { status, json } = await send(path, { method: "GET" });
      expect(status).toBe(404);
      expect(json).toEqual({
        error: {
          message: "there is nothing at this path: procedures are below /trpc",
          data: { httpStatus: 404, reason: "request/unknown-path", requestId: expect.any(String) as unknown },
        },
      });
    },
  );
});

test("a query is answered by GET and by POST alike, dates as ISO 8601", async () => {
  const input = { id: tenant.documentId };
  const got = await send(`/trpc/documents.byId?input=${encodeURIComponent(JSON.stringify(input))}`, { method: "GET" });
  const posted = await send("/trpc/documents.byId", { body: JSON.stringify(input) });
  expect(got.status).toBe(200);
  expect(got.json).toEqual(posted.json);
  expect(got.json).toMatchObject({
    result: {
      data: { id: tenant.documentId, createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown },
    },
  });
});

test("an input that breaks a rule answers 400 with the message of each field", async () => {
  const { status, json } = await send("/trpc/documents.create", { body: JSON.stringify({ title: "" }) });
  expect(status).toBe(400);
  expect(json).toMatchObject(refusal("BAD_REQUEST", 400, "input/invalid"));
  expect(json).toMatchObject({ error: { data: { fields: { title: expect.stringContaining('got ""') as unknown } } } });
});

test("a document of the greatest length fits into a request", async () => {
  const { status } = await send("/trpc/documents.create", {
    body: JSON.stringify({ title: "long", content: "👋".repeat(450_000) }),
  });
  expect(status).toBe(200);
});
