import { request as httpRequest } from "node:http";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { until } from "@severalty/api/testing/until";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { bodyBytesMax } from "../src/app.ts";
import { createBothWays } from "./both-ways.ts";
import { openTestServer, serve } from "./open-test-server.ts";
import { exchange, forAdapter, type WireRequest } from "./wire.ts";

const { url, services, databases, database, admin, logged } = await openTestServer();
const tenant = await makeTenant(admin, { title: "Ünïcode 👋" });
const authorization = bearerOf(services, tenant);
const bothWays = createBothWays(url, url);

const [json, id] = ["application/json", tenant.documentId];
const target = "/trpc/documents.byId";
const inUrl = encodeURIComponent(JSON.stringify({ id }));
const get = (query: string, headers = {}): WireRequest => ({
  method: "GET",
  target: `${target}${query}`,
  headers: { authorization, ...headers },
});
const post = (body: string | Uint8Array, headers = {}, query = ""): WireRequest => ({
  method: "POST",
  target: `${target}${query}`,
  headers: { authorization, "content-type": json, ...headers },
  body,
});
const valid = JSON.stringify({ id });
const bytes = (...parts: (string | number)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))));

test.each<[string, WireRequest, number]>([
  ["by GET", get(`?input=${inUrl}`), 200],
  ["by GET, not encoded", get(`?input=${valid.replaceAll('"', "%22")}`), 200],
  ["by GET, with spaces as +", get(`?input={+"id":+"${id}"}`), 200],
  ["by GET with an empty input", get("?input="), 400],
  ["by GET with a fault in its encoding that leaves it UTF-8", get("?input=%22%EF%BB%BF%22"), 400],
  ["by GET with a byte order mark", get(`?input=%EF%BB%BF${inUrl}`), 400],
  [
    "by GET with another type of content",
    get(`?input=${inUrl}`, { "content-type": "Application/JSON; charset=utf-8" }),
    200,
  ],
  ["by GET with a host of its own", get(`?input=${inUrl}`, { host: "Example.COM:80" }), 200],
  ["by GET with an address of version 6", get(`?input=${inUrl}`, { host: "[::1]:8000" }), 200],
  ["by GET with what it accepts", get(`?input=${inUrl}`, { accept: "*/*", "trpc-accept": json }), 200],
  ["by POST", post(valid), 200],
  ["by POST in capitals", post(valid, { "content-type": "APPLICATION/json ;charset=x" }), 200],
  ["by POST with a byte order mark", post(bytes(0xef, 0xbb, 0xbf, valid)), 200],
  ["by POST with two of them", post(bytes(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, valid)), 200],
  ["by POST with three of them", post(bytes(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, valid)), 400],
  ["by POST with bytes that are no UTF-8", post(bytes('{"id":"', 0xe2, 0x28, 0xa1, 0xf0, 0x9f, '"}')), 400],
  [
    "by POST in chunks",
    post(`5\r\n{"id"\r\n27\r\n:"${id}"\r\n1\r\n}\r\n0\r\n\r\n`, { "transfer-encoding": "chunked" }),
    200,
  ],
  ["by POST with a body that is too long", post(`"${"x".repeat(bodyBytesMax)}"`), 413],
  ["by POST with a body of the greatest length", post(`"${"x".repeat(bodyBytesMax - 2)}"`), 400],
  ["a prototype's key as a batch's input", post('{"__proto__":{"id":1}}', {}, "?batch=1"), 400],
])("a call %s is answered as through the adapter, and without it", async (_, request, status) => {
  expect(await bothWays(request)).toMatchObject({ status, isLean: true });
});

test.each<[string, WireRequest]>([
  ["a batch of two", get(`,documents.byId?batch=1&input=${encodeURIComponent(`{"0":${valid},"1":${valid}}`)}`)],
  [
    "a streamed batch",
    get(`?batch=1&input=${encodeURIComponent(`{"0":${valid}}`)}`, { "trpc-accept": "application/jsonl" }),
  ],
  ["a stream that is no batch", get(`?input=${inUrl}`, { accept: "text/html, application/jsonl" })],
  ["another parameter", get(`?input=${inUrl}&x=1`)],
  ["two inputs", get(`?input=1&input=${inUrl}`)],
  ["an encoded name", get(`?%69nput=${inUrl}`)],
  ["parameters of a connection", get(`?connectionParams=%7B%7D&input=${inUrl}`)],
  ["a fragment", get(`?input=${inUrl}#x`)],
  ["an encoding that is broken", get("?input=%E0%A4%A")],
  ["an encoding that is no UTF-8", get("?input=%22%ff%22")],
  ["a path that is broken", { method: "GET", target: "/trpc/%E0%A4%A" }],
  ["a procedure that is none", { method: "GET", target: "/trpc/documents.burn" }],
  ["a prototype's key", { method: "GET", target: "/trpc/constructor" }],
  ["a router", { method: "GET", target: "/trpc/documents" }],
  ["a path below", { method: "GET", target: `/trpc/x/documents.byId?input=${inUrl}`, headers: { authorization } }],
  ["nothing", { method: "GET", target: "/trpc" }],
  ["nothing, with a slash", { method: "POST", target: "/trpc/", headers: { "content-type": json }, body: "{}" }],
  ["a whole URL", { method: "GET", target: `http://elsewhere${target}?input=${inUrl}`, headers: { authorization } }],
  ["a host that is none", get(`?input=${inUrl}`, { host: "a b" })],
  ["a host with a port that is none", get(`?input=${inUrl}`, { host: "a:99999" })],
  ["a host with a name and a password", get(`?input=${inUrl}`, { host: "a:b@c" })],
  ["a host that is an address out of bounds", get(`?input=${inUrl}`, { host: "1.2.3.4.5" })],
  ["an empty host", get(`?input=${inUrl}`, { host: "" })],
  ["a form", post("x", { "content-type": "multipart/form-data; boundary=x" })],
  ["bytes", post("x", { "content-type": "application/octet-stream" })],
  ["a query by POST with an input in its URL", post(valid, {}, `?input=${inUrl}`)],
  ["another method", { ...post(valid), method: "PATCH" }],
  ["OPTIONS", { method: "OPTIONS", target }],
  ["HEAD", { ...get(`?input=${inUrl}`), method: "HEAD" }],
])("%s is left to the adapter, or refused before it", async (_, request) => {
  expect((await bothWays(request)).isLean).toBe(false);
});

test("answers of calls that are sent at once on one connection come in order, and the connection stays", async () => {
  const { answer, isLean } = await bothWays(
    get(`?input=${inUrl}`),
    post('"'),
    post(valid),
    get("?input={"),
    post(valid),
  );
  expect(isLean).toBe(true);
  expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual([200, 400, 200, 400, 200].map((status) => `HTTP/1.1 ${status}`));
});

test("a draining server ends the connection alike", async () => {
  const draining = await serve(services, databases, { isDraining: () => true });
  const request = get(`?input=${inUrl}`);
  const answer = await exchange(draining, request, request);
  expect(answer).toBe(await exchange(draining, forAdapter(request), forAdapter(request)));
  expect(answer.match(/^HTTP\/1\.1 200/gm)).toHaveLength(1);
});

const fault = () => {
  throw new Error("a fault");
};

test("a context that cannot be made is an unexpected error alike", async () => {
  const faulty = await serve({ ...services, accessTokens: { ...services.accessTokens, verify: fault } }, databases);
  const answer = await exchange(faulty, get(`?input=${inUrl}`));
  expect(answer).toBe(await exchange(faulty, forAdapter(get(`?input=${inUrl}`))));
  expect(answer).toContain("HTTP/1.1 500");
  expect(answer).toContain('"reason":"server/unexpected","requestId":"of-a-comparison"');
});

/** Sends a part of a request, and breaks off once the server is seen to be at it. */
const breakOff = async (to: string, body: string, sizeBytes: number, isAtIt: () => boolean | Promise<boolean>) => {
  const headers = { authorization, "content-type": json, "content-length": sizeBytes, "x-request-id": "broken-off" };
  const sent = httpRequest(to, { method: "POST", headers });
  sent.on("error", () => undefined);
  sent.write(body);
  await until("the server is at it", isAtIt);
  sent.destroy();
};

const linesSince = (since: number) =>
  logged()
    .slice(since)
    .split("\n")
    .filter((line) => line.includes('"requestId":"broken-off"'))
    .map((line) => JSON.parse(line) as unknown);

const closed = { status: 200, msg: "closed by the client" };

test.each(["", "?"])(
  "a caller who leaves while his call runs%s leaves one line, and the call comes to its end",
  async (way) => {
    const since = logged().length;
    const { documentId } = await makeTenant(admin);
    await admin.query("update app.documents set tenant_id = $1, user_id = $2 where id = $3", [
      tenant.tenantId,
      tenant.userId,
      documentId,
    ]);
    const locker = await database.client();
    await locker.query("begin");
    await locker.query("select from app.documents where id = $1 for update", [documentId]);
    const isWaiting = async () => {
      const select = "select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'";
      return (await admin.query(select, [database.name])).rowCount === 1;
    };
    const body = JSON.stringify({ id: documentId, version: 1, title: "left" });
    await breakOff(`${url}/trpc/documents.update${way}`, body, body.length, isWaiting);
    await until("the server has seen it", () => linesSince(since).length === 1);
    await locker.query("rollback");
    await until("the call has ended", async () => {
      const { rows } = await admin.query<{ title: string }>("select title from app.documents where id = $1", [
        documentId,
      ]);
      return rows[0]?.title === "left";
    });
    expect(linesSince(since)).toMatchObject([closed]);
  },
);

test("a caller who leaves before his body is whole gets nothing done, and a second line says so", async () => {
  const since = logged().length;
  let isKnown = false;
  const verify = (token: string) => {
    isKnown = true;
    return services.accessTokens.verify(token);
  };
  const watched = await serve({ ...services, accessTokens: { ...services.accessTokens, verify } }, databases);
  await breakOff(`${watched}/trpc/documents.create`, '{"title":"never', 100, () => isKnown);
  await until("the server has seen it", () => linesSince(since).length === 2);
  expect(linesSince(since)).toMatchObject([
    closed,
    { procedure: "documents.create", code: "CLIENT_CLOSED_REQUEST", msg: "refused" },
  ]);
});
