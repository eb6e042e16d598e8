import type { EntityManager } from "@mikro-orm/postgresql";
import { toDomainError } from "../database-error.ts";
import type { UserPrincipal } from "../tenancy/principal.ts";
import type { PlatformCall } from "./with-platform.ts";

/**
 * Writes a refused or failed call to the logs of the platform and of the tenant that it was about, if there is one, in a transaction of its
 * own. Nothing is written of somebody who is no platform administrator any more, or while the database is away.
 */
export const recordPlatformFailure = async (
  em: EntityManager,
  { sessionId, userId }: UserPrincipal,
  {
    grantId,
    about,
    requestId,
    action,
  }: Omit<PlatformCall, "grantId" | "note"> & { readonly grantId: PlatformCall["grantId"] | null },
  outcome: "denied" | "error",
  reason: string,
): Promise<void> => {
  try {
    await em
      .fork()
      .execute("select app.record_platform(?, ?, ?, ?, ?, ?, ?, ?)", [
        sessionId,
        userId,
        grantId,
        about,
        outcome,
        reason,
        requestId,
        action,
      ]);
  } catch (error) {
    if (toDomainError(error) === undefined) throw error;
  }
};
