import { z } from "zod";
import { DomainError } from "./errors.ts";
import type { Role } from "./permission.ts";
import { storableText } from "./text.ts";

/** Whom the platform's procedures are for: users of the reserved tenant with this role. */
export const platformRole = "admin" satisfies Role;

/** Longest that an access grant lasts, in minutes; the same bound stands as a CHECK in the database. */
export const grantMinutesMax = 60;

/** How long a grant is to last. */
export const grantMinutes = z.int().min(1).max(grantMinutesMax);

/** Why somebody looks at a tenant that is not his: a sentence that the tenant will read. */
export const grantReason = storableText({ min: 10, max: 500 });

/**
 * No grant of the caller's session is alive and for what he asks: it was never opened, is another's, for another tenant, or over. One answer
 * for all of these, whether or not there is such a tenant.
 */
export class NoGrantError extends DomainError {
  constructor(options?: ErrorOptions) {
    super(
      "forbidden",
      "platform/no-grant",
      "open an access grant first: none of this session is alive and for that",
      options,
    );
    this.name = "NoGrantError";
  }
}
