import { ask, type Answer } from "@severalty/api/testing/ask";
import { callerFor } from "@severalty/api/testing/caller-for";
import { makeServices } from "@severalty/api/testing/make-services";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { parseEnvironment } from "@severalty/domain/environment";
import { afterAll, expect, test } from "vitest";
import { migratorEnv } from "../src/env.ts";
import { seed } from "../src/seed.ts";
import { runMigrator } from "./run-migrator.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());
const services = await makeServices(database);
const admin = await database.client();
const guest = callerFor(services, undefined);

const password = "correct horse battery";

const envOf = (admins: string) => ({
  ENVIRONMENT: "test",
  DATABASE_URL: database.url("severalty_migrator"),
  INITIAL_ADMINS: admins,
});

/** What the program's last step says, without a process for it. */
const migrate = async (admins: string): Promise<string> => {
  let said = "";
  const env = parseEnvironment(migratorEnv, envOf(admins), () => "");
  await seed(env, { demo: undefined, clock: () => new Date() }, (line) => void (said += `${line}\n`));
  return said;
};

const tokenIn = (stdout: string): string => /#(svo_[\w-]+)$/m.exec(stdout)?.[1] ?? "no link";
const login = (email: string): Promise<Answer> => ask(services, undefined, "auth.login", { email, password });

/** Role and tenant that somebody has, in the platform's tenant and elsewhere. */
const rolesOf = async (email: string) => {
  const { rows } = await admin.query<{ slug: string; role: string }>(
    "select t.slug, u.role from app.users u join app.tenants t on t.id = u.tenant_id where u.email = $1 order by t.slug",
    [email],
  );
  return Object.fromEntries(rows.map(({ slug, role }) => [slug, role]));
};

const register = (name: string) =>
  guest.auth.register({ tenantName: name, tenantSlug: `tenant-${name}`, name, email: `${name}@example.com`, password });

test("C2: without addresses nobody becomes an administrator", async () => {
  expect(await migrate("")).toBe("");
  expect(await migrate(" , ,")).toBe("");
  const { rowCount } = await admin.query("select from app.users");
  expect(rowCount).toBe(0);
});

test("C2: a new address becomes an administrator, whose printed link sets his password once", async () => {
  const env = { ...envOf("new@example.com"), PUBLIC_URL: "https://console.example.com" };
  const { code, stdout, stderr } = await runMigrator(env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^admin new@example\.com: created\n {2}set the password until \S+Z, once, at https:\/\/console\.example\.com\/set-password#svo_/m,
  );
  expect(await rolesOf("new@example.com")).toEqual({ platform: "admin" });
  expect((await login("new@example.com")).error?.data.reason).toBe("auth/wrong-credentials");
  await guest.auth.setPassword({ token: tokenIn(stdout), password });
  const { accessToken } = await guest.auth.login({ email: "new@example.com", password });
  const me = await callerFor(services, `Bearer ${accessToken}`).auth.me();
  expect(me).toMatchObject({ user: { role: "admin" }, tenant: { slug: "platform" } });
  await expect(guest.auth.setPassword({ token: tokenIn(stdout), password })).rejects.toThrow("the link is not valid");
});

test("C2: only the link's hash is stored", async () => {
  const token = tokenIn(await migrate("hash@example.com"));
  const { rows } = await admin.query<{ all: string }>(
    "select string_agg(t::text, '') as all from auth.one_time_tokens t",
  );
  expect(rows[0]?.all).not.toContain(token);
  expect(rows[0]?.all).not.toContain(Buffer.from(token).toString("hex"));
});

test("C2: who has a link that still works gets no second one; who lost it gets another when it has expired", async () => {
  await migrate("late@example.com");
  expect(await migrate("late@example.com")).toBe("admin late@example.com: unchanged\n");
  await admin.query("update auth.one_time_tokens set created_at = now() - interval '2 days', expires_at = now()");
  const stdout = await migrate("late@example.com");
  await guest.auth.setPassword({ token: tokenIn(stdout), password });
  expect((await login("late@example.com")).error).toBeUndefined();
  expect(await migrate("late@example.com")).toBe("admin late@example.com: unchanged\n");
});

test("C2: who is known and verified is promoted, and keeps password, sessions and tenant", async () => {
  const { accessToken } = await register("known");
  await admin.query("update auth.identities set email_verified_at = now() where email = 'known@example.com'");
  expect(await migrate("known@example.com")).toBe("admin known@example.com: promoted\n");
  expect(await rolesOf("known@example.com")).toEqual({ platform: "admin", "tenant-known": "agency_admin" });
  expect((await ask(services, `Bearer ${accessToken}`, "auth.me")).error).toBeUndefined();
  const answer = await guest.auth.login({ email: "known@example.com", password, tenantSlug: "platform" });
  expect(answer.user.role).toBe("admin");
});

test("C2: who registered an administrator's address without verifying it loses password and sessions", async () => {
  const { accessToken, refreshToken } = await register("squatter");
  const stdout = await migrate("squatter@example.com");
  expect(stdout).toMatch(/^admin squatter@example\.com: reset\n {2}set the password until/);
  expect((await login("squatter@example.com")).error?.data.reason).toBe("auth/wrong-credentials");
  expect((await ask(services, `Bearer ${accessToken}`, "auth.me")).error?.data.reason).toBe("auth/session-ended");
  const refresh = await ask(services, undefined, "auth.refresh", { refreshToken });
  expect(refresh.error?.data.reason).toBe("auth/refresh-token-invalid");
  await guest.auth.setPassword({ token: tokenIn(stdout), password: "the holder's own password" });
  const { user } = await guest.auth.login({
    email: "squatter@example.com",
    password: "the holder's own password",
    tenantSlug: "platform",
  });
  expect(user.role).toBe("admin");
});

test("C2: a user or disabled user of the platform's tenant is promoted in place", async () => {
  await migrate("demoted@example.com");
  await admin.query("update app.users set role = 'user', status = 'disabled' where email = 'demoted@example.com'");
  await admin.query("update auth.identities set email_verified_at = now() where email = 'demoted@example.com'");
  expect(await migrate("demoted@example.com")).toContain("admin demoted@example.com: promoted\n");
  const { rows } = await admin.query("select role, status from app.users where email = 'demoted@example.com'");
  expect(rows).toEqual([{ role: "admin", status: "active" }]);
});

test("C2: who is no longer listed stays an administrator", async () => {
  await migrate("stays@example.com");
  await migrate("other@example.com");
  expect(await rolesOf("stays@example.com")).toEqual({ platform: "admin" });
});

test("C2: an address is the same in any case, between spaces, and named twice", async () => {
  const stdout = await migrate(" Twice@Example.com,,twice@example.com ");
  expect(stdout.match(/^admin .*$/gm)).toEqual([
    "admin twice@example.com: created",
    "admin twice@example.com: unchanged",
  ]);
  const { rowCount } = await admin.query("select from app.users where email = 'twice@example.com'");
  expect(rowCount).toBe(1);
});

test("C2: two addresses of one name are two administrators", async () => {
  await migrate("same@example.com,same@example.org");
  expect(await rolesOf("same@example.com")).toEqual({ platform: "admin" });
  expect(await rolesOf("same@example.org")).toEqual({ platform: "admin" });
});
