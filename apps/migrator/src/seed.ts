import { createOneTimeToken, oneTimeTokenTtlMs } from "@severalty/auth/one-time-token";
import { hashPassword } from "@severalty/auth/password";
import { inSeedTransaction } from "@severalty/db/seeders/in-seed-transaction";
import { demo, seedDemo } from "@severalty/db/seeders/seed-demo";
import { seedInitialAdmin, storeSetPasswordLink } from "@severalty/db/seeders/seed-initial-admins";
import { seedPlatform } from "@severalty/db/seeders/seed-platform";
import { createNewId } from "@severalty/domain/ids";
import type { MigratorEnv } from "./env.ts";

/** Demo data was asked for where real data lives. Nothing was changed. */
export class DemoInProductionError extends Error {
  constructor() {
    super("--demo is refused with ENVIRONMENT=production: demo data has a known password");
    this.name = "DemoInProductionError";
  }
}

const newId = createNewId();

/**
 * The reserved tenant, then INITIAL_ADMINS, then the demo tenant if asked for; all or nothing, and safe to repeat. Says what it did, one line
 * each, a new administrator's one-time link included. Throws `DemoInProductionError`.
 */
export const seed = async (
  env: MigratorEnv,
  options: { demo: boolean },
  say: (line: string) => void,
): Promise<void> => {
  if (options.demo && env.ENVIRONMENT === "production") throw new DemoInProductionError();
  const demoPassword = options.demo ? await hashPassword(demo.password) : undefined;
  const lines = await inSeedTransaction(env.DATABASE_URL, async (client) => {
    const said: string[] = [];
    const platformId = await seedPlatform(client, newId);
    for (const email of env.INITIAL_ADMINS) {
      const admin = await seedInitialAdmin(client, email, platformId, newId);
      said.push(`admin ${email}: ${admin.outcome}`);
      if (!admin.needsLink) continue;
      const { token, hash } = createOneTimeToken();
      const expiresAt = new Date(Date.now() + oneTimeTokenTtlMs);
      await storeSetPasswordLink(client, admin.identityId, { hash, expiresAt });
      said.push(
        `  set the password until ${expiresAt.toISOString()}, once, at ${env.PUBLIC_URL}/set-password#${token}`,
      );
      said.push(`  or by POST /trpc/auth.setPassword {"token": "${token}", "password": "…"}`);
    }
    if (demoPassword !== undefined) {
      const isNew = await seedDemo(client, demoPassword, newId);
      said.push(`demo tenant: ${isNew ? "created" : "unchanged"}`);
    }
    return said;
  });
  for (const line of lines) say(line);
};
