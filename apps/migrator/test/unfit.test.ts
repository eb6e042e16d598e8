import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asAdmin } from "@severalty/db/provision";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { startCluster } from "@severalty/postgres/cluster";
import { withCredentials, withDatabase } from "@severalty/postgres/url";
import { beforeEach, expect, inject, test } from "vitest";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const secret = "this-secret-is-never-shown";

test("a database that cannot be reached exits 3 after its attempts, saying what was tried without the password", async () => {
  const { code, stdout, stderr } = await runMigrator({
    ENVIRONMENT: "test",
    DATABASE_URL: `postgres://severalty_migrator:${secret}@127.0.0.1:1/land`,
    CONNECT_ATTEMPTS: "3",
  });
  const at = "127.0.0.1:1/land as severalty_migrator";
  const why = "connect ECONNREFUSED 127.0.0.1:1";
  expect(code).toBe(3);
  expect(stderr).toBe(`migrate: cannot use the database at ${at}: ${why}\n`);
  expect(stdout).toBe(`waiting for the database at ${at}: ${why}\n`.repeat(2));
});

test.each([
  [
    "a wrong password",
    (url: string) => withCredentials(url, "severalty_migrator", secret),
    "password authentication failed",
  ],
  [
    "a database that does not exist",
    (url: string) => withDatabase(url, "nowhere"),
    'database "nowhere" does not exist',
  ],
])("%s exits 3 at the first attempt, without the password", async (_, change, why) => {
  const url = change(withCredentials(inject("adminUrl"), "severalty_migrator", rolePassword));
  const { code, stdout, stderr } = await runMigrator({ ENVIRONMENT: "test", DATABASE_URL: url });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain(why);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toContain(secret);
});

test.each(["severalty_app", "severalty_auth", "postgres"])(
  "the role %s is unfit to migrate and exits 4, and its password does not become the migrator's",
  async (role) => {
    await using database = makeFreshDatabase();
    const url = role === "postgres" ? database.adminUrl : withCredentials(database.adminUrl, role, rolePassword);
    const { code, stderr } = await runMigrator({ ...database.env, DATABASE_URL: url });
    expect(code).toBe(4);
    expect(stderr).toContain(`migrate: the role ${role} may not migrate: it lacks the name severalty_migrator.`);
    expect(await database.rows("select to_regnamespace('app') is null as absent")).toEqual([{ absent: true }]);
    const migratorUrl = withCredentials(database.adminUrl, "severalty_migrator", rolePassword);
    await asAdmin(migratorUrl, (migrator) => migrator.query("select 1"));
  },
);

test("a migrator without BYPASSRLS, or without the owner's rights, exits 4 until an administrator's URL mends it", async () => {
  const dataDir = join(tmpdir(), `severalty-unfit-${randomBytes(8).toString("hex")}`);
  const cluster = await startCluster({ dataDir, ephemeral: true });
  try {
    const adminUrl = withDatabase(cluster.url, "land");
    const env = { ENVIRONMENT: "test", DATABASE_URL: withCredentials(adminUrl, "severalty_migrator", rolePassword) };
    const mend = { ...env, ADMIN_DATABASE_URL: adminUrl };
    expect((await runMigrator(mend, ["up"])).code).toBe(0);
    // Granted by a second administrator as well, it is one membership (since PostgreSQL 16 in a row for each).
    await asAdmin(adminUrl, (admin) =>
      admin.query(`create role dba; grant severalty_owner to dba with admin option; set role dba;
        grant severalty_owner to severalty_migrator; reset role`),
    );
    expect((await runMigrator(env, ["up"])).code).toBe(0);
    await asAdmin(adminUrl, (admin) => admin.query("drop owned by dba cascade; drop role dba"));
    for (const [sql, lacks] of [
      ["alter role severalty_migrator nobypassrls", "BYPASSRLS"],
      ["revoke severalty_owner from severalty_migrator", "membership in severalty_owner and severalty_gate"],
    ] as const) {
      await asAdmin(adminUrl, (admin) => admin.query(sql));
      const { code, stderr } = await runMigrator(env, ["up"]);
      expect(code).toBe(4);
      expect(stderr).toContain(`migrate: the role severalty_migrator may not migrate: it lacks ${lacks}.`);
      expect((await runMigrator(mend, ["up"])).code).toBe(0);
    }
  } finally {
    await cluster.stop();
  }
});

test("a new database that does not hold every character is refused with what to do, and exits 4", async () => {
  await using database = makeFreshDatabase();
  const name = new URL(database.adminUrl).pathname.slice(1);
  await asAdmin(inject("adminUrl"), (admin) =>
    admin.query(`create database ${name} encoding 'LATIN1' locale 'C' template template0`),
  );
  const { code, stderr } = await runMigrator(database.env, ["up"]);
  expect({ code, stderr: stderr.trim() }).toEqual({
    code: 4,
    stderr:
      "migrate: the encoding of the database is LATIN1, and what tenants write needs UTF8: drop it, and make it anew with ENCODING 'UTF8' TEMPLATE template0",
  });
  expect(await database.rows("select to_regnamespace('app') is null as absent")).toEqual([{ absent: true }]);
});
