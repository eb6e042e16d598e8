import { createHmac } from "node:crypto";
import { createAccessTokens } from "@severalty/auth/access-token";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { bearerOf } from "../src/testing/caller-for.ts";
import { testSecret } from "../src/testing/make-services.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";

const { services, admin } = await openTestApi();
const caller = await makeTenant(admin);
const closedPaths = Object.keys(cases).filter((path) => cases[path]?.kind !== "public");

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const hmac = (algorithm: string, key: string, text: string) =>
  createHmac(algorithm, key).update(text).digest("base64url");

const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: "severalty",
  aud: "severalty/api",
  sid: caller.sessionId,
  sub: caller.userId,
  email: caller.email,
  role: caller.role,
  tenant_id: caller.tenantId,
  team_id: null,
  iat: now,
  exp: now + 600,
};

/** A token made by hand, which nothing but what is changed keeps from being accepted. */
const forge = (changes: object, { alg = "HS256", key = testSecret, typ = "JWT" } = {}): string => {
  const body = `${base64({ alg, typ })}.${base64({ ...claims, ...changes })}`;
  if (alg === "none") return `Bearer ${body}.`;
  return `Bearer ${body}.${hmac(alg === "HS512" ? "sha512" : "sha256", key, body)}`;
};

test("a token made by hand with the right key is accepted: what follows is refused for what it changes", async () => {
  expect((await ask(services, forge({}), "auth.me")).error).toBeUndefined();
});

const [header = "", payload = "", signature = ""] = forge({}).slice("Bearer ".length).split(".");
const forged = {
  "the algorithm none": forge({}, { alg: "none" }),
  "the algorithm none and a signature": `Bearer ${base64({ alg: "none", typ: "JWT" })}.${payload}.${signature}`,
  "another algorithm": forge({}, { alg: "HS512" }),
  "another key": forge({}, { key: "another secret, also of thirty-two bytes" }),
  "an empty key": forge({}, { key: "" }),
  "another audience": forge({ aud: "severalty/console" }),
  "another issuer": forge({ iss: "somebody" }),
  "a role that does not exist": forge({ role: "owner" }),
  "a tenant that is no id": forge({ tenant_id: "1' or true --" }),
  "no session": forge({ sid: undefined }),
  "no expiry": forge({ exp: undefined }),
  "a beginning in the future": forge({ nbf: now + 600 }),
  "a changed payload": `Bearer ${header}.${base64({ ...claims, role: "admin" })}.${signature}`,
  "no payload": `Bearer ${header}..${signature}`,
  "another scheme": `Basic ${header}.${payload}.${signature}`,
  "no scheme": `${header}.${payload}.${signature}`,
  "a second token": `Bearer ${header}.${payload}.${signature} ${header}`,
  "nothing after Bearer": "Bearer ",
  "an empty header": "",
};
const expired = bearerOf(
  { ...services, accessTokens: createAccessTokens({ secret: testSecret, clock: () => Date.now() - 16 * 60_000 }) },
  caller,
);

describe.each(closedPaths)("%s", (path) => {
  test("refuses an expired token, so that the client knows to refresh it", async () => {
    const { error } = await ask(services, expired, path);
    expect(error?.data).toMatchObject({ code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/token-expired" });
  });

  test.each(Object.entries(forged))("refuses a token with %s", async (_, authorization) => {
    const { error } = await ask(services, authorization, path);
    expect(error).toMatchObject({
      message: "the access token is not valid: sign in again",
      data: { code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/token-invalid" },
    });
  });
});

test("an expired token that was also forged is not told that it is merely expired", async () => {
  const { error } = await ask(services, forge({ exp: now - 1, iat: now - 600 }, { key: "x".repeat(32) }), "auth.me");
  expect(error?.data.reason).toBe("auth/token-invalid");
});
