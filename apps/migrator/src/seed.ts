import { availableParallelism } from "node:os";
import { createOneTimeToken, oneTimeTokenTtlMs } from "@severalty/auth/one-time-token";
import { createPasswords } from "@severalty/auth/password";
import { inBulk } from "@severalty/db/seeders/in-bulk";
import { inSeedTransaction } from "@severalty/db/seeders/in-seed-transaction";
import { maintainAuditPartitions } from "@severalty/db/partitions/maintain-audit-partitions";
import { demo } from "@severalty/db/seeders/demo/demo-people";
import { demoHistoryDays, demoHistoryMonths, demoRows, demoSize } from "@severalty/db/seeders/demo/demo-size";
import { seedDemo } from "@severalty/db/seeders/seed-demo";
import { seedInitialAdmin, storeSetPasswordLink } from "@severalty/db/seeders/seed-initial-admins";
import { seedPlatform } from "@severalty/db/seeders/seed-platform";
import { createNewId } from "@severalty/domain/ids";
import pLimit from "p-limit";
import type { Client } from "pg";
import type { MigratorEnv } from "./env.ts";
import { showProgress } from "./progress.ts";

/** Demo data was asked for where real data lives. Nothing was changed. */
export class DemoInProductionError extends Error {
  constructor() {
    super("--demo is refused with ENVIRONMENT=production: demo data has a known password");
    this.name = "DemoInProductionError";
  }
}

const newId = createNewId();

/** Which demo tenants are asked for, and how much each holds. */
export interface DemoRequest {
  readonly tenants: number;
  readonly scale: number;
}

/**
 * The reserved tenant and INITIAL_ADMINS, all or nothing, then the demo tenants if asked for, each all or nothing; safe to repeat and to
 * break off. Says what it did, one line each, a new administrator's one-time link included. Throws `DemoInProductionError`.
 */
export const seed = async (
  env: MigratorEnv,
  options: { demo: DemoRequest | undefined; clock: () => Date },
  say: (line: string) => void,
): Promise<void> => {
  if (options.demo !== undefined && env.ENVIRONMENT === "production") throw new DemoInProductionError();
  const lines = await inSeedTransaction(env.DATABASE_URL, async (client) => {
    const said: string[] = [];
    const platformId = await seedPlatform(client, newId);
    for (const email of env.INITIAL_ADMINS) {
      const admin = await seedInitialAdmin(client, email, platformId, newId);
      said.push(`admin ${email}: ${admin.outcome}`);
      if (!admin.needsLink) continue;
      const { token, hash } = createOneTimeToken();
      const expiresAt = new Date(options.clock().getTime() + oneTimeTokenTtlMs);
      await storeSetPasswordLink(client, admin.identityId, { hash, expiresAt });
      said.push(
        `  set the password until ${expiresAt.toISOString()}, once, at ${env.PUBLIC_URL}/set-password#${token}`,
      );
      said.push(`  or by POST /trpc/auth.setPassword {"token": "${token}", "password": "…"}`);
    }
    return said;
  });
  for (const line of lines) say(line);
  if (options.demo !== undefined) await seedDemos(env, options.demo, options.clock(), say);
};

const seedDemos = async (
  env: MigratorEnv,
  { tenants, scale }: DemoRequest,
  now: Date,
  say: (line: string) => void,
): Promise<void> => {
  const historyBegan = new Date(now.getTime() - demoHistoryDays * 86_400_000);
  await maintainAuditPartitions(env.DATABASE_URL, { now: historyBegan, monthsAhead: demoHistoryMonths });
  const hashedPassword = await createPasswords().hash(demo.password);
  const rowsOfOne = demoRows(demoSize(scale));
  using progress = showProgress(env.LOG_FORMAT, tenants * rowsOfOne, say);
  const inTurn = pLimit(availableParallelism());
  const numbers = Array.from({ length: tenants }, (_, index) => index + 1);
  const outcomes = await inBulk(env.DATABASE_URL, () =>
    inTurn.map(numbers, async (number) => {
      const onRows = (count: number) => progress.add(count);
      const work = (client: Client) => seedDemo(client, { number, scale, now, hashedPassword, onRows });
      const isNew = await inSeedTransaction(env.DATABASE_URL, work, { together: true });
      if (!isNew) progress.add(rowsOfOne);
      return isNew;
    }),
  );
  const made = outcomes.filter(Boolean).length;
  progress.stop();
  say(tenants === 1 ? `demo tenant: ${made === 1 ? "created" : "unchanged"}` : demosLine(made, tenants - made));
};

const demosLine = (made: number, unchanged: number) => `demo tenants: ${made} created, ${unchanged} unchanged`;
