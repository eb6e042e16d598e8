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

/** Shortest reason for a grant, in characters that can be seen. */
const reasonCharactersMin = 10;

/** Separators, controls and formats (zero width, direction), and what Unicode has shown as nothing by default. */
const unseen = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** Why somebody looks at a tenant that is not his: a sentence that the tenant will read, so that a blank is none. */
export const grantReason = storableText({ min: reasonCharactersMin, max: 500 }).refine(
  (reason) => Array.from(reason.replaceAll(unseen, "")).length >= reasonCharactersMin,
  { message: `must have at least ${reasonCharactersMin} characters that can be seen` },
);

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
