import type { AccessTokens } from "@severalty/auth/access-token";
import type { Envelope } from "@severalty/auth/envelope";
import type { Passwords } from "@severalty/auth/password";
import type { Orm } from "@severalty/db/orm";
import type { NewId } from "@severalty/domain/ids";
import type { Logger } from "pino";
import type { RateLimits } from "./rate-limits.ts";

/** What every request shares. Clock, ids and randomness are here so that a run can be made repeatable. */
export interface Services {
  /** Connects as severalty_app: business tables of the entered tenant. */
  readonly app: Orm;
  /** Connects as severalty_auth: identities and sessions, no business table. */
  readonly auth: Orm;
  /** Connects as severalty_platform: tenants, as far as an access grant reaches. */
  readonly platform: Orm;
  readonly accessTokens: AccessTokens;
  readonly envelope: Envelope;
  readonly passwords: Passwords;
  readonly rateLimits: RateLimits;
  readonly clock: () => Date;
  readonly newId: NewId;
  readonly random: (sizeBytes: number) => Uint8Array;
  readonly log: Logger;
}
