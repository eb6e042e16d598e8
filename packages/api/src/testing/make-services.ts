import { randomBytes } from "node:crypto";
import { createAccessTokens } from "@severalty/auth/access-token";
import { createEnvelope } from "@severalty/auth/envelope";
import { createPasswords } from "@severalty/auth/password";
import { poolOf } from "@severalty/db/orm";
import type { TestDatabase } from "@severalty/db/testing/test-database";
import { createNewId } from "@severalty/domain/ids";
import { pino } from "pino";
import { createRateLimits } from "../rate-limits.ts";
import type { Services } from "../services.ts";

/** Signs the tokens of tests. */
export const testSecret = "a secret of tests, of thirty-two bytes or more";

/** Wraps the data keys of tests; 32 bytes in base64url. */
export const testSecretsKey = "a-key-of-tests-that-protects-no-secret-at-A";

/** Hash as everywhere, at a hundredth of the cost. */
export const testPasswords = createPasswords({ memoryCost: 1024, timeCost: 1 });

/** What requests share, on a test database: silent, and with rate limits that no test meets by accident. */
export const makeServices = async (database: TestDatabase, overrides: Partial<Services> = {}): Promise<Services> => {
  const auth = overrides.auth ?? (await database.orm("severalty_auth"));
  return {
    app: overrides.app ?? (await database.orm("severalty_app")),
    auth,
    platform: overrides.platform ?? (await database.orm("severalty_platform")),
    accessTokens: createAccessTokens({ secret: testSecret }),
    envelope: createEnvelope({ key: testSecretsKey }),
    passwords: testPasswords,
    rateLimits: createRateLimits(await poolOf(auth), 1000),
    clock: () => new Date(),
    newId: createNewId(),
    random: randomBytes,
    log: pino({ level: "silent" }),
    ...overrides,
  };
};
