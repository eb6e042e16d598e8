import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

const { url, logged } = await openTestServer();

/** One path of each kind: health, a procedure, a refusal before and after its context, and nothing. */
const paths = ["/healthz", "/readyz", "/trpc/auth.me", "/trpc/nothing", "/trpc/%", "/nothing"];

const get = (path: string, requestId?: string) =>
  fetch(url + path, { headers: requestId === undefined ? {} : { "x-request-id": requestId } });

/** The id in a body, if it has one. */
const idInBody = async (response: Response) => {
  const body = (await response.json()) as { error?: { data: { requestId: string } } };
  return body.error?.data.requestId;
};

test.each(paths)("%s answers the caller's request id in its header, its body and the log", async (path) => {
  const requestId = `test.${paths.indexOf(path)}_A-z`;
  const response = await get(path, requestId);
  expect(response.headers.get("x-request-id")).toBe(requestId);
  expect((await idInBody(response)) ?? requestId).toBe(requestId);
  expect(logged()).toContain(`"requestId":"${requestId}"`);
});

test.each(paths.slice(2))("%s answers its error as JSON with the id that it was given", async (path) => {
  const response = await get(path);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const requestId = response.headers.get("x-request-id");
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await idInBody(response)).toBe(requestId);
});

test.each(["", "a b", "a/b", "x".repeat(65), '"', "é", "a;b"])(
  "the request id %j is replaced by another",
  async (id) => {
    const response = await get("/healthz", id);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each(paths)("%s answers with the headers of a careful server and without its name", async (path) => {
  const { headers } = await get(path);
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "strict-transport-security": expect.stringContaining("max-age=") as unknown,
    "content-security-policy": expect.stringContaining("default-src 'self'") as unknown,
  });
  for (const name of ["x-powered-by", "server", "etag", "access-control-allow-origin"])
    expect(headers.has(name)).toBe(false);
});
