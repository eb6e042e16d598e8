import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTemplate } from "@severalty/postgres/template";
import { testCluster } from "@severalty/postgres/test-cluster";
import { withCredentials } from "@severalty/postgres/url";
import type { TestProject } from "vitest/node";
import { migrateUp } from "../migrate.ts";
import { maintainAuditPartitions } from "../partitions/maintain-audit-partitions.ts";
import { monthOf, textOf } from "../partitions/month.ts";
import { provision } from "../provision.ts";
import { rolePassword, rolePasswords } from "./role-passwords.ts";

/** vitest's globalSetup: a real PostgreSQL and one migrated template for as long as a package's tests run. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const cluster = await testCluster();
  const now = new Date();
  const template = await ensureTemplate(cluster.url, schemaHash(now), async (url) => {
    await provision(url, rolePasswords);
    const migratorUrl = withCredentials(url, "severalty_migrator", rolePassword);
    await migrateUp(migratorUrl);
    // Each partition is five files more of every clone.
    await maintainAuditPartitions(migratorUrl, { now, monthsAhead: 1 });
  });
  project.provide("adminUrl", cluster.url);
  project.provide("template", template);
  return cluster.stop;
};

/** Changes with anything that shapes the database, the month included. */
const schemaHash = (now: Date): string => {
  const source = join(import.meta.dirname, "..");
  const migrations = readdirSync(join(source, "migrations")).toSorted();
  const files = [
    "roles.ts",
    "provision.ts",
    "partitions/make-month.ts",
    "partitions/maintain-audit-partitions.ts",
    "migration/checksum.ts",
    "migration/checksum-storage.ts",
    ...migrations.map((name) => `migrations/${name}`),
  ];
  const hash = createHash("sha256").update(textOf(monthOf(now)));
  for (const file of files) hash.update(readFileSync(join(source, file)));
  return hash.digest("hex").slice(0, 16);
};
