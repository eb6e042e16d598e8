import { LockMode, type EntityManager } from "@mikro-orm/postgresql";
import { Identity } from "../entities/identity.ts";
import { OneTimeToken } from "../entities/one-time-token.ts";
import { Session } from "../entities/session.ts";
import { membershipsOf } from "./membership.ts";
import { recordSignIn, type Client } from "./session.ts";

/**
 * Spends a one-time token, once, under a row lock: sets the password of its identity, counts the e-mail as verified, ends every session and
 * every other token that the identity had, and records it in the log of every tenant of the person. False, and nothing changed, for a
 * token that is unknown, expired or spent.
 */
export const setPassword = (
  em: EntityManager,
  { tokenHash, hashedPassword, at }: { tokenHash: Buffer; hashedPassword: string; at: Date },
  client: Client,
): Promise<boolean> =>
  em.transactional(async (tx) => {
    // First the person, whose tokens are all spent below: two of them at once would each hold what the other needs.
    await tx.execute(
      `select from auth.identities where id = (select identity_id from auth.one_time_tokens where token_hash = ?) for update`,
      [tokenHash],
    );
    const token = await tx.findOne(OneTimeToken, { tokenHash }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (token === null || token.usedAt instanceof Date || token.expiresAt <= at) return false;
    const { identityId } = token;
    await tx.nativeUpdate(OneTimeToken, { identityId, usedAt: null }, { usedAt: at, updatedAt: at });
    await tx.nativeUpdate(Identity, { id: identityId }, { hashedPassword, emailVerifiedAt: at, updatedAt: at });
    await tx.nativeUpdate(
      Session,
      { identityId, revokedAt: null },
      { revokedAt: at, revokeReason: "password set", updatedAt: at },
    );
    for (const membership of await membershipsOf(tx, identityId)) {
      await recordSignIn(tx, membership, { action: "auth.setPassword", outcome: "ok" }, client);
    }
    return true;
  });
