import { LockMode, type EntityManager } from "@mikro-orm/postgresql";
import type { AuditOutcome } from "@severalty/domain/audit";
import type { IdentityId, SessionId, TenantId, UserId } from "@severalty/domain/ids";
import { RefreshToken } from "../entities/refresh-token.ts";
import { Session } from "../entities/session.ts";
import type { Credentials, Membership } from "./membership.ts";

/** Where a request came from. */
export interface Client {
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/** The moments that bound a session and its refresh token, and the hash of that token. */
export interface NewSession {
  readonly refreshHash: Buffer;
  readonly at: Date;
  readonly expiresAt: Date;
  readonly refreshExpiresAt: Date;
}

/** What is recorded of a sign-in, a refusal or a sign-out. */
export interface SignInRecord {
  readonly action: "auth.login" | "auth.logout" | "auth.setPassword";
  readonly outcome: AuditOutcome;
  readonly details?: Record<string, string>;
}

/**
 * Opens a session for a membership, with its first refresh token and its audit row. False, and nothing written, when the credentials that were
 * verified are not the identity's any more: verifying takes a while, in which they may have been replaced or withdrawn and every
 * session ended. Whoever replaces them writes the identity first, and so waits for this or is waited for.
 */
export const openSession = (
  em: EntityManager,
  id: SessionId,
  owner: { credentials: Credentials; membership: Membership },
  session: NewSession,
  client: Client,
): Promise<boolean> =>
  em.transactional(async (tx) => {
    const { credentials, membership } = owner;
    const [identity] = await tx.execute<{ hash: string | null }[]>(
      "select hashed_password as hash from auth.identities where id = ? and status = 'active' for share",
      [credentials.id],
    );
    if (identity?.hash !== credentials.hashedPassword) return false;
    const { tenantId, userId } = membership;
    await tx.insert(Session, {
      id,
      identityId: credentials.id,
      tenantId,
      userId,
      amr: ["pwd"],
      ip: client.ip,
      userAgent: client.userAgent,
      expiresAt: session.expiresAt,
      createdAt: session.at,
      updatedAt: session.at,
    });
    await insertRefreshToken(tx, id, session);
    await recordSignIn(tx, membership, { action: "auth.login", outcome: "ok" }, client);
    return true;
  });

/** Writes an audit row of the sign-in kind to the log of the membership's tenant. */
export const recordSignIn = async (
  em: EntityManager,
  { tenantId, userId }: { tenantId: TenantId; userId: UserId },
  { action, outcome, details }: SignInRecord,
  client: Client,
): Promise<void> => {
  await em.execute("select auth.record(?, ?, ?, ?, ?, ?)", [
    tenantId,
    userId,
    action,
    outcome,
    JSON.stringify({ ...details, ...(client.ip === null ? {} : { ip: client.ip }) }),
    client.requestId,
  ]);
};

/** Ends the session at once, for every transaction that begins after this commits. Repeating it changes nothing. */
export const revokeSession = (
  em: EntityManager,
  session: { id: SessionId; tenantId: TenantId; userId: UserId },
  reason: string,
  at: Date,
  client: Client,
): Promise<void> =>
  em.transactional(async (tx) => {
    const revoked = await tx.nativeUpdate(
      Session,
      { id: session.id, revokedAt: null },
      { revokedAt: at, revokeReason: reason, updatedAt: at },
    );
    if (revoked > 0)
      await recordSignIn(tx, session, { action: "auth.logout", outcome: "ok", details: { reason } }, client);
  });

/** How long after its use a refresh token answers "being renewed, try again" instead of "stolen", in milliseconds. */
export const reuseGraceMs = 10_000;

export type Renewal =
  | {
      readonly outcome: "renewed";
      readonly sessionId: SessionId;
      readonly identityId: IdentityId;
      readonly tenantId: TenantId;
    }
  | { readonly outcome: "invalid" | "just-used" | "reused" };

/**
 * Trades a refresh token for the next one, once, under a row lock. A second use within `reuseGraceMs` is taken for a lost answer;
 * a later one for a theft, which revokes the session (RFC 9700 section 4.14.2).
 */
export const renewSession = (
  em: EntityManager,
  tokenHash: Buffer,
  next: Pick<NewSession, "refreshHash" | "at" | "refreshExpiresAt">,
  client: Client,
): Promise<Renewal> =>
  em.transactional(async (tx): Promise<Renewal> => {
    const token = await tx.findOne(RefreshToken, { tokenHash }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (token === null) return { outcome: "invalid" };
    const session = await tx.findOneOrFail(Session, { id: token.sessionId });
    if (session.revokedAt !== null || session.expiresAt <= next.at || token.expiresAt <= next.at)
      return { outcome: "invalid" };
    if (token.usedAt instanceof Date) {
      if (next.at.getTime() - token.usedAt.getTime() < reuseGraceMs) return { outcome: "just-used" };
      await revokeSession(tx, session, "refresh token used twice", next.at, client);
      return { outcome: "reused" };
    }
    await tx.nativeUpdate(RefreshToken, { tokenHash }, { usedAt: next.at, updatedAt: next.at });
    await insertRefreshToken(tx, session.id, next);
    return { outcome: "renewed", sessionId: session.id, identityId: session.identityId, tenantId: session.tenantId };
  });

const insertRefreshToken = async (
  em: EntityManager,
  sessionId: SessionId,
  token: Pick<NewSession, "refreshHash" | "at" | "refreshExpiresAt">,
): Promise<void> => {
  await em.insert(RefreshToken, {
    tokenHash: token.refreshHash,
    sessionId,
    expiresAt: token.refreshExpiresAt,
    createdAt: token.at,
    updatedAt: token.at,
  });
};
