import { until } from "@severalty/api/testing/until";
import { migrations } from "@severalty/db/migrations";
import { asAdmin, provision } from "@severalty/db/provision";
import { demo } from "@severalty/db/seeders/demo/demo-people";
import { rolePasswords } from "@severalty/db/testing/role-passwords";
import { beforeEach, describe, expect, test } from "vitest";
import { shippedTemplates } from "@severalty/db/templates/shipped-templates";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const names = migrations.map(({ name }) => name);
const executed = "select name from app.migrations order by id";
const slugs = "select slug from app.tenants order by slug";

test("without a command it makes the database, migrates it and seeds it; run again it finds nothing to do", async () => {
  await using database = makeFreshDatabase();
  const first = await runMigrator(database.env);
  const templates = shippedTemplates.map(({ key, version }) => `${key} ${version}`).join(", ");
  expect(first).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^templates: stored ${templates}\nmigrations: ran ${names.join(", ")}\naudit log: made \\d{4}-\\d\\d(, \\d{4}-\\d\\d){12}\n$`,
      ),
    ) as unknown,
    stderr: "",
  });
  expect(await database.rows(executed)).toEqual(names.map((name) => ({ name })));
  expect(await database.rows(slugs)).toEqual([{ slug: "platform" }]);
  const second = await runMigrator(database.env);
  expect(second).toEqual({ code: 0, stdout: "migrations: nothing to do\n", stderr: "" });
  expect(await database.rows(executed)).toEqual(names.map((name) => ({ name })));
  expect(await database.rows(slugs)).toEqual([{ slug: "platform" }]);
});

test("of ten programs at once all wait for the lock, all succeed, and each migration ran once", async () => {
  await using database = makeFreshDatabase();
  await provision(database.adminUrl, rolePasswords);
  const env = { ...database.env, INITIAL_ADMINS: "root@example.com" };
  const runs = await asAdmin(database.adminUrl, async (holder) => {
    await holder.query("select pg_advisory_lock(hashtext('severalty/migrator'))");
    const started = Array.from({ length: 10 }, () => runMigrator(env));
    await until("all ten wait for the lock", async () => {
      const { rowCount } = await holder.query(
        "select from pg_stat_activity where datname = current_database() and application_name = 'severalty-migrator-lock'",
      );
      return rowCount === 10;
    });
    await holder.query("select pg_advisory_unlock_all()");
    return Promise.all(started);
  });
  expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(runs.map(() => ({ code: 0, stderr: "" })));
  expect(runs.filter(({ stdout }) => stdout.includes("migrations: ran"))).toHaveLength(1);
  expect(runs.filter(({ stdout }) => stdout.includes("admin root@example.com: created"))).toHaveLength(1);
  expect(await database.rows(executed)).toEqual(names.map((name) => ({ name })));
  expect(await database.rows("select email from app.users")).toEqual([{ email: "root@example.com" }]);
});

test("up migrates without seeding, and seed seeds", async () => {
  await using database = makeFreshDatabase();
  expect(await runMigrator(database.env, ["up"])).toMatchObject({ code: 0 });
  expect(await database.rows(slugs)).toEqual([]);
  expect(await runMigrator(database.env, ["seed"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await database.rows(slugs)).toEqual([{ slug: "platform" }]);
});

describe("status", () => {
  test("lists every migration as pending on a new database and exits 1, changing nothing", async () => {
    await using database = makeFreshDatabase();
    await provision(database.adminUrl, rolePasswords);
    const { code, stdout } = await runMigrator(database.env, ["status"]);
    expect(code).toBe(1);
    expect(stdout).toBe(names.map((name) => `pending                   ${name}\n`).join(""));
    expect(await database.rows("select to_regnamespace('app') is null as absent")).toEqual([{ absent: true }]);
  });

  test("tells when each ran, as text or as JSON, and exits 1 only while one is pending", async () => {
    await using database = makeFreshDatabase();
    await runMigrator(database.env, ["up"]);
    const text = await runMigrator(database.env, ["status"]);
    expect(text.code).toBe(0);
    expect(text.stdout.trim().split("\n")).toEqual(
      names.map((name) => expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z  ${name}$`)) as unknown),
    );
    const [last] = await database.rows("delete from app.migrations where name = $1 returning name", [names.at(-1)]);
    const aTime: unknown = expect.any(String);
    const json = await runMigrator(database.env, ["status", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual(
      names.map((name) => ({ name, executedAt: name === last?.["name"] ? null : aTime })),
    );
  });
});

describe("D3: the demo tenant", () => {
  const people =
    "select u.email, u.role from app.users u join app.tenants t on t.id = u.tenant_id where t.slug = 'demo' and u.email like '%@severalty.dev' order by 2";

  test("is made once when asked for, with people and documents", async () => {
    await using database = makeFreshDatabase();
    const first = await runMigrator({ ...database.env, ENVIRONMENT: "development" }, ["--demo"]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("demo tenant: created\n") as unknown });
    expect(first.stdout + first.stderr).not.toContain(demo.password);
    expect(await runMigrator(database.env, ["check"])).toMatchObject({ code: 0, stderr: "" });
    const second = await runMigrator({ ...database.env, ENVIRONMENT: "development" }, ["seed", "--demo"]);
    expect(second).toEqual({ code: 0, stdout: "demo tenant: unchanged\n", stderr: "" });
    const third = await runMigrator({ ...database.env, ENVIRONMENT: "development" }, [
      "seed",
      "--demo",
      "--tenants",
      "3",
    ]);
    expect(third).toEqual({ code: 0, stdout: "demo tenants: 2 created, 1 unchanged\n", stderr: "" });
    expect(await database.rows(people)).toEqual([
      { email: demo.email, role: "agency_admin" },
      { email: "member@severalty.dev", role: "team_member" },
    ]);
    expect(await database.rows("select count(*)::int as count from app.documents")).toEqual([{ count: 150 }]);
  });

  test.each([[["--demo"]], [["seed", "--demo"]]])(
    "is refused in production by %j before anything is touched",
    async (args) => {
      await using database = makeFreshDatabase();
      const run = await runMigrator({ ...database.env, ENVIRONMENT: "production" }, args);
      expect(run).toEqual({
        code: 2,
        stdout: "",
        stderr: "migrate: --demo is refused with ENVIRONMENT=production: demo data has a known password\n",
      });
      await expect(database.rows("select 1")).rejects.toThrow("does not exist");
    },
  );
});
