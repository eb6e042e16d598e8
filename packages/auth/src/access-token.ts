import { emailLengthMax } from "@severalty/domain/email";
import { DomainError } from "@severalty/domain/errors";
import { asId, type SessionId, type TeamId, type TenantId, type UserId } from "@severalty/domain/ids";
import { createSigner, createVerifier } from "fast-jwt";

/** Who calls, as of the moment the token was signed; the database confirms it in the first statement. */
export interface AccessClaims {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly email: string;
  readonly role: string;
  readonly tenantId: TenantId;
  readonly teamId: TeamId | null;
}

/** A signed token and its end. */
export interface AccessToken {
  readonly token: string;
  /** The first moment at which the token is refused: a whole second. */
  readonly expiresAt: Date;
}

/** Signs and verifies under one secret. */
export interface AccessTokens {
  readonly sign: (claims: AccessClaims) => AccessToken;
  /** Throws `TokenError` for anything but a living token of ours. */
  readonly verify: (token: string) => AccessClaims;
}

/** What tokens are signed with, and for how long. */
export interface AccessTokenOptions {
  /** The HMAC key, at least 32 bytes of UTF-8. */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly ttlMs?: number;
}

/**
 * The bearer token is not accepted. Two reasons, because a client acts on them differently: refresh, or sign in.
 * What exactly was wrong is in `cause`, for the log only.
 */
export class TokenError extends DomainError {
  constructor(reason: "auth/token-expired" | "auth/token-invalid", options?: ErrorOptions) {
    super("unauthenticated", reason, messages[reason], options);
    this.name = "TokenError";
  }
}

const messages = {
  "auth/token-expired": "the access token has expired: refresh it",
  "auth/token-invalid": "the access token is not valid: sign in again",
} as const;

/** How long an access token lives by default, in milliseconds (15 minutes). */
export const accessTokenTtlMs = 15 * 60_000;

/** Fewest bytes of a secret: as many as the hash puts out (RFC 7518 section 3.2). */
export const secretBytesMin = 32;

const tokenLengthMax = 4096;
const roleLengthMax = 50;
const issuer = "severalty";
const audience = "severalty/api";

/** Tokens that are remembered by an instance, each for as long as no thousand others come: at most 4 MiB, and under 1 MiB of our own. */
const knownTokensMax = 1000;

/** How far ahead the clock of another server may run when it signs, in milliseconds. */
const clockSkewMaxMs = 30_000;

/**
 * Signs and verifies access tokens: JWT, HS256 (RFC 7519). What the last thousand authentic tokens say is remembered, to save each
 * call the HMAC; whether a token lives is asked of the clock every time, and whether its session does, of the database. Throws
 * `RangeError` if the secret is too short.
 */
export const createAccessTokens = ({
  secret,
  clock = Date.now,
  ttlMs = accessTokenTtlMs,
}: AccessTokenOptions): AccessTokens => {
  const secretSizeBytes = Buffer.byteLength(secret);
  if (secretSizeBytes < secretBytesMin) {
    throw new RangeError(`the token secret must be at least ${secretBytesMin} bytes, got ${secretSizeBytes}`);
  }
  const signPayload = createSigner({ key: secret, algorithm: "HS256" });
  const readPayload = createVerifier({
    key: secret,
    algorithms: ["HS256"],
    ignoreExpiration: true,
    ignoreNotBefore: true,
  });

  const payloadOf = (token: string): Payload => {
    if (!isCanonical(token)) throw new TokenError("auth/token-invalid");
    const payload = authentic(readPayload, token);
    if (!isPayload(payload)) throw new TokenError("auth/token-invalid");
    return payload;
  };
  const known = new Map<string, Payload>();
  const remember = (token: string, payload: Payload): Payload => {
    const [oldest] = known.size < knownTokensMax ? [] : known.keys();
    if (oldest !== undefined) known.delete(oldest);
    known.set(token, payload);
    return payload;
  };

  return {
    sign: ({ sessionId, userId, email, role, tenantId, teamId }) => {
      const now = clock();
      const exp = toSeconds(now + ttlMs);
      const token = signPayload({
        iss: issuer,
        aud: audience,
        sid: sessionId,
        sub: userId,
        email,
        role,
        tenant_id: tenantId,
        team_id: teamId,
        iat: toSeconds(now),
        exp,
      });
      return { token, expiresAt: new Date(exp * 1000) };
    },
    verify: (token) => {
      const payload = known.get(token) ?? remember(token, payloadOf(token));
      assertLiving(payload, clock());
      return {
        sessionId: asId(payload.sid),
        userId: asId(payload.sub),
        email: payload.email,
        role: payload.role,
        tenantId: asId(payload.tenant_id),
        teamId: payload.team_id === null ? null : asId(payload.team_id),
      };
    },
  };
};

const toSeconds = (ms: number): number => Math.floor(ms / 1000);

/**
 * 43 characters of base64url hold 258 bits, of which HMAC-SHA-256 fills 256. The decoder ignores the last two, so a
 * token would have four spellings if they were not required to be zero.
 */
const tokenPattern = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/;

const isCanonical = (token: string): boolean => token.length <= tokenLengthMax && tokenPattern.test(token);

const authentic = (readPayload: (token: string) => unknown, token: string): unknown => {
  try {
    return readPayload(token);
  } catch (cause) {
    throw new TokenError("auth/token-invalid", { cause });
  }
};

interface Payload {
  readonly sid: string;
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  readonly tenant_id: string;
  readonly team_id: string | null;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number | undefined;
}

const isPayload = (value: unknown): value is Payload => {
  if (typeof value !== "object" || value === null) return false;
  const claims: { readonly [claim in keyof Payload | "iss" | "aud"]?: unknown } = value;
  return (
    claims.iss === issuer &&
    claims.aud === audience &&
    isUuid(claims.sid) &&
    isUuid(claims.sub) &&
    isUuid(claims.tenant_id) &&
    (claims.team_id === null || isUuid(claims.team_id)) &&
    isText(claims.email, emailLengthMax) &&
    isText(claims.role, roleLengthMax) &&
    Number.isInteger(claims.iat) &&
    Number.isInteger(claims.exp) &&
    (claims.nbf === undefined || Number.isInteger(claims.nbf))
  );
};

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const isUuid = (value: unknown): boolean => typeof value === "string" && uuidPattern.test(value);

const isText = (value: unknown, lengthMax: number): boolean =>
  typeof value === "string" && value.length >= 1 && value.length <= lengthMax;

/** A token expires at `exp`, not after it (RFC 7519 section 4.1.4). */
const assertLiving = ({ iat, exp, nbf = 0 }: Payload, now: number): void => {
  if (now >= exp * 1000) throw new TokenError("auth/token-expired");
  if (now < nbf * 1000 || now + clockSkewMaxMs < iat * 1000) throw new TokenError("auth/token-invalid");
};
