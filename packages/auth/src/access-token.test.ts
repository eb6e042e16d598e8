import { createHmac } from "node:crypto";
import { asId } from "@severalty/domain/ids";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type AccessClaims, accessTokenTtlMs, createAccessTokens, secretBytesMin, TokenError } from "./access-token.ts";

const secret = "a secret of thirty-two bytes, ok";
const startMs = Date.UTC(2026, 10, 1, 12);
const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");

const claims: AccessClaims = {
  sessionId: asId("019a0000-0000-7000-8000-000000000001"),
  userId: asId("019a0000-0000-7000-8000-000000000002"),
  email: "ada@example.test",
  role: "agency_admin",
  tenantId: asId("019a0000-0000-7000-8000-000000000003"),
  teamId: asId("019a0000-0000-7000-8000-000000000004"),
};

const payload = {
  iss: "severalty",
  aud: "severalty/api",
  sid: claims.sessionId,
  sub: claims.userId,
  email: claims.email,
  role: claims.role,
  tenant_id: claims.tenantId,
  team_id: claims.teamId,
  iat: startMs / 1000,
  exp: startMs / 1000 + 900,
};

const makeTokens = (nowMs = startMs) => createAccessTokens({ secret, clock: () => nowMs });

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");

interface Forgery {
  readonly header?: unknown;
  readonly key?: string;
  readonly hash?: string;
}

/** A token made by hand, as somebody without our signer would make it. */
const forge = (
  body: unknown,
  { header = { alg: "HS256", typ: "JWT" }, key = secret, hash = "sha256" }: Forgery = {},
) => {
  const input = `${encode(header)}.${encode(body)}`;
  return `${input}.${createHmac(hash, key).update(input).digest("base64url")}`;
};

const refusal = (token: string, nowMs = startMs): string => {
  try {
    makeTokens(nowMs).verify(token);
    return "accepted";
  } catch (error) {
    return error instanceof TokenError ? error.reason : String(error);
  }
};

const uuid = fc.uuid();
const anyClaims: fc.Arbitrary<AccessClaims> = fc.record({
  sessionId: uuid.map((id) => asId(id)),
  userId: uuid.map((id) => asId(id)),
  email: fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  role: fc.string({ minLength: 1, maxLength: 50 }),
  tenantId: uuid.map((id) => asId(id)),
  teamId: fc.option(uuid.map((id) => asId(id))),
});

test("a token tells what was signed, under the names that clients read", () => {
  const { token, expiresAt } = makeTokens().sign(claims);
  expect(makeTokens().verify(token)).toEqual(claims);
  expect(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())).toEqual(payload);
  expect(expiresAt).toEqual(new Date(startMs + accessTokenTtlMs));
});

test("whatever is signed is read back", () => {
  fc.assert(
    fc.property(anyClaims, (signed) => {
      expect(makeTokens().verify(makeTokens().sign(signed).token)).toEqual(signed);
    }),
  );
});

test("a token made by hand with the secret is accepted: the refusals below have one cause each", () => {
  expect(makeTokens().verify(forge(payload))).toEqual(claims);
});

test("no token survives the change of one character", () => {
  const { token } = makeTokens().sign(claims);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...base64url, ".", "=", "+", " "), (at, character) => {
      fc.pre(token[at] !== character);
      expect(refusal(token.slice(0, at) + character + token.slice(at + 1))).toBe("auth/token-invalid");
    }),
    { numRuns: 2000 },
  );
});

test("the last character of a signature has one spelling, although two of its bits carry nothing", () => {
  const { token } = makeTokens().sign(claims);
  const accepted = base64url.filter((last) => refusal(token.slice(0, -1) + last) === "accepted");
  expect(accepted).toEqual([token.at(-1)]);
});

test("no part of a token is a token", () => {
  const { token } = makeTokens().sign(claims);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.nat(token.length), (from, size) => {
      fc.pre(from > 0 || size < token.length);
      expect(refusal(token.slice(from, from + size))).toBe("auth/token-invalid");
    }),
  );
});

test("no string that we did not sign is a token", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.base64String(), { maxLength: 4 }).map((parts) => parts.join(".")),
      ),
      (text) => {
        expect(refusal(text)).toBe("auth/token-invalid");
      },
    ),
  );
});

test.each([
  ["no algorithm", `${encode({ alg: "none", typ: "JWT" })}.${encode(payload)}.`],
  ["no algorithm, and a signature", forge(payload, { header: { alg: "none", typ: "JWT" } })],
  ["another HMAC", forge(payload, { header: { alg: "HS512", typ: "JWT" }, hash: "sha512" })],
  ["an asymmetric algorithm signed with the secret", forge(payload, { header: { alg: "RS256", typ: "JWT" } })],
  ["a critical extension that we do not know", forge(payload, { header: { alg: "HS256", crit: ["b64"], b64: false } })],
  ["no header", forge(payload, { header: null })],
  ["another key", forge(payload, { key: "b".repeat(secretBytesMin) })],
  ["an empty key", forge(payload, { key: "" })],
  ["another issuer", forge({ ...payload, iss: "someone" })],
  ["another audience", forge({ ...payload, aud: "severalty/console" })],
  ["a list of audiences", forge({ ...payload, aud: ["severalty/api", "severalty/console"] })],
  ["not yet valid", forge({ ...payload, nbf: payload.iat + 1 })],
  ["signed in the future", forge({ ...payload, iat: payload.iat + 31 })],
  ["no expiry", forge({ ...payload, exp: undefined })],
  ["an expiry that is text", forge({ ...payload, exp: String(payload.exp) })],
  ["no session", forge({ ...payload, sid: undefined })],
  ["no team claim at all", forge({ ...payload, team_id: undefined })],
  ["a tenant that is no UUID", forge({ ...payload, tenant_id: "' or true --" })],
  ["a UUID with something behind it", forge({ ...payload, tenant_id: `${claims.tenantId}\n` })],
  ["a user that is a list", forge({ ...payload, sub: [claims.userId] })],
  ["an empty role", forge({ ...payload, role: "" })],
  ["a role without end", forge({ ...payload, role: "a".repeat(51) })],
  ["an e-mail address without end", forge({ ...payload, email: "a".repeat(255) })],
  ["a payload that is null", forge(null)],
  ["a payload that is a list", forge([payload])],
  ["more than 4 KiB", forge({ ...payload, padding: "a".repeat(4096) })],
])("a token is refused for %s, without saying why", (_, token) => {
  expect(refusal(token)).toBe("auth/token-invalid");
});

test("a token lives until the millisecond before it expires", () => {
  const { token, expiresAt } = makeTokens(startMs + 999).sign(claims);
  expect(refusal(token, expiresAt.getTime() - 1)).toBe("accepted");
  expect(refusal(token, expiresAt.getTime())).toBe("auth/token-expired");
});

test("a token is accepted up to 30 seconds before it was signed, for servers whose clocks differ", () => {
  const { token } = makeTokens().sign(claims);
  expect(refusal(token, startMs - 30_000)).toBe("accepted");
  expect(refusal(token, startMs - 30_001)).toBe("auth/token-invalid");
});

test("a forged token is invalid, not expired: who cannot sign learns nothing about time", () => {
  const { token, expiresAt } = makeTokens().sign(claims);
  expect(refusal(forge(payload, { key: "b".repeat(secretBytesMin) }), expiresAt.getTime())).toBe("auth/token-invalid");
  expect(refusal(token, expiresAt.getTime())).toBe("auth/token-expired");
});

test("an instance that has accepted a token refuses it from its end on, and each other spelling of it as before", () => {
  let nowMs = startMs;
  const tokens = createAccessTokens({ secret, clock: () => nowMs });
  const { token, expiresAt } = tokens.sign(claims);
  expect(tokens.verify(token)).toEqual(claims);
  const [input = "", signature = ""] = token.split(/\.(?=[^.]*$)/);
  const changed = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  const forged = forge(payload, { key: "b".repeat(secretBytesMin) });
  for (const other of [`${input}.${changed}`, `${token} `, input, forged])
    expect(() => tokens.verify(other)).toThrow(new TokenError("auth/token-invalid"));
  nowMs = expiresAt.getTime() - 1;
  expect(tokens.verify(token)).toEqual(claims);
  nowMs = expiresAt.getTime();
  expect(() => tokens.verify(token)).toThrow(new TokenError("auth/token-expired"));
  nowMs = startMs - 30_001;
  expect(() => tokens.verify(token)).toThrow(new TokenError("auth/token-invalid"));
});

test("more tokens than an instance remembers each tell what was signed", () => {
  const tokens = makeTokens();
  const all = Array.from({ length: 2100 }, (_, at) => ({ ...claims, email: `${at}@example.test` }));
  const signed = all.map((each) => tokens.sign(each).token);
  for (const round of [1, 2])
    for (const [at, token] of signed.entries()) expect([round, tokens.verify(token)]).toEqual([round, all[at]]);
});

test("a secret shorter than 32 bytes is refused at the start", () => {
  expect(() => createAccessTokens({ secret: "a".repeat(31) })).toThrow(
    "the token secret must be at least 32 bytes, got 31",
  );
  expect(() => createAccessTokens({ secret: "é".repeat(16) })).not.toThrow();
});

test("a secret that looks like a public key is still an HMAC key", () => {
  const tokens = createAccessTokens({ secret: `-----BEGIN PUBLIC KEY-----\n${"A".repeat(64)}` });
  expect(tokens.verify(tokens.sign(claims).token)).toEqual(claims);
});
