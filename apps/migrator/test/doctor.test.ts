import { rules } from "@severalty/db/doctor/rules";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { withCredentials } from "@severalty/postgres/url";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { beforeEach, expect, test } from "vitest";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

/** Of `migrate doctor --json`. */
interface Told {
  readonly rules: number;
  readonly findings: readonly { rule: string; level: string; object: string; fix: string }[];
  readonly unseen: readonly unknown[];
}

/** What is said of the server that runs, and of what PostgreSQL grants to everybody, is not about the database. */
const about = ({ findings }: Told) =>
  findings.filter(({ rule }) => rule !== "server-version" && rule !== "large-object-functions");

test("doctor finds nothing after up, then what was broken, with SQL that mends it, and changes nothing itself", async () => {
  await using database = makeFreshDatabase();
  await runMigrator(database.env);
  // The server and its grants make what the doctor sees; a superuser's URL is no part of it.
  const { ADMIN_DATABASE_URL: _, ...env } = database.env;
  const json = async () => {
    const { code, stdout, stderr } = await runMigrator(env, ["doctor", "--json"]);
    return { code, stderr, told: JSON.parse(stdout) as Told };
  };

  const clean = await json();
  expect({ code: clean.code, stderr: clean.stderr, unseen: clean.told.unseen }).toEqual({
    code: 0,
    stderr: "",
    unseen: [],
  });
  expect(about(clean.told)).toEqual([]);
  expect(clean.told.rules).toBe(rules.length);
  expect((await runMigrator(env, ["doctor"])).stdout).toMatch(
    new RegExp(`^${rules.length} rules: (nothing found|[12] info)\n$`, "m"),
  );

  await database.rows("create index late on app.documents (title)");
  expect((await runMigrator(env, ["doctor"])).code).toBe(0);
  expect((await runMigrator(env, ["doctor", "--strict"])).code).toBe(1);

  await database.rows("alter table app.documents no force row level security");
  const broken = await runMigrator(env, ["doctor"]);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain(`error    app.documents  row-level security does not bind the owner
         Without FORCE the policies do not bind the owner, nor a function or view that runs with his rights. [rls-not-forced]

         to mend it, as severalty_migrator:
           alter table app.documents force row level security;
`);
  expect(broken.stdout).toMatch(/rules: 1 error, 1 warning/);
  const told = await json();
  expect([told.code, about(told.told).map(({ rule, object }) => [rule, object])]).toEqual([
    1,
    [
      ["rls-not-forced", "app.documents"],
      ["index-without-tenant", "app.documents"],
    ],
  ]);
  for (const { fix } of about(told.told)) for (const sql of fix.split(";\n")) await database.rows(sql);
  expect(about((await json()).told)).toEqual([]);
});

test("doctor tells of a role that it should not be, and of what it may not look at", async () => {
  await using database = makeFreshDatabase();
  await runMigrator(database.env);
  const url = withCredentials(database.adminUrl, "severalty_app", rolePassword);
  const { code, stdout } = await runMigrator({ ENVIRONMENT: "test", DATABASE_URL: url }, ["doctor"]);
  expect(code).toBe(1);
  expect(stdout).toContain("error    severalty_app  should be severalty_migrator, as severalty_app\n");
  expect(stdout).toContain(
    "warning  not looked at: The default partition of the audit log is empty\n         PostgreSQL answered: permission denied for table audit_logs_default. [audit-strays]\n",
  );
});
