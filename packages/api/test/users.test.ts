import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();

test("a member is shown to colleagues with name, address and role, and nothing of how he signs in", async () => {
  const tenant = await makeTenant(admin);
  const colleague = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  const shown = await callerFor(services, tenant).users.byId({ id: colleague.userId });
  expect(shown).toEqual({
    id: colleague.userId,
    username: colleague.email.split("@")[0],
    email: colleague.email,
    name: null,
    role: "team_member",
    teamId: null,
    status: "active",
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: expect.any(Date) as unknown,
  });
});

test("a list of users has every member of the tenant exactly once, newest first, and nobody else", async () => {
  const tenant = await makeTenant(admin);
  await makeTenant(admin);
  const ids: string[] = [tenant.userId];
  for (let count = 0; count < 4; count++) ids.unshift((await makeMember(admin, tenant.tenantId)).userId);
  const { users } = callerFor(services, tenant);
  const first = await users.list({ limit: 3 });
  const second = await users.list({ limit: 3, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});

test("a list of users is narrowed by role, status and words", async () => {
  const tenant = await makeTenant(admin);
  const member = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  const disabled = await makeMember(admin, tenant.tenantId);
  await admin.query("update app.users set status = 'disabled' where id = $1", [disabled.userId]);
  await admin.query("update app.users set name = 'Nora 100% Lindgren' where id = $1", [member.userId]);
  const { users } = callerFor(services, tenant);
  const idsOf = async (input: Parameters<typeof users.list>[0]) => (await users.list(input)).items.map(({ id }) => id);
  expect(await idsOf({ role: "team_member" })).toEqual([member.userId]);
  expect(await idsOf({ status: "disabled" })).toEqual([disabled.userId]);
  expect(await idsOf({ status: "active" })).toEqual([member.userId, tenant.userId]);
  expect(await idsOf({ search: "lindgren NORA" })).toEqual([member.userId]);
  expect(await idsOf({ search: "%" })).toEqual([member.userId]);
  expect(await idsOf({ search: disabled.email })).toEqual([disabled.userId]);
  expect(await idsOf({ role: "admin" })).toEqual([]);
});

test.each([
  [{ role: "owner" }, "role"],
  [{ status: "gone" }, "status"],
  [{ search: "\0" }, "search"],
  [{ limit: 101 }, "limit"],
])("a list of users refuses %j", async (input, field) => {
  const { error } = await ask(services, await makeTenant(admin), "users.list", input);
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
});

test("a user that does not exist is not found", async () => {
  const { error } = await ask(services, await makeTenant(admin), "users.byId", { id: createNewId()() });
  expect(error).toMatchObject({
    message: "no such row in users",
    data: { reason: "users/not-found", httpStatus: 404 },
  });
});

test("the current tenant is the caller's own, whole", async () => {
  const tenant = await makeTenant(admin);
  await admin.query(`update app.tenants set settings = '{"audit": {"reads": true}}', domain = $2 where id = $1`, [
    tenant.tenantId,
    `${tenant.slug}.example.com`,
  ]);
  expect(await callerFor(services, tenant).tenants.current()).toEqual({
    id: tenant.tenantId,
    slug: tenant.slug,
    name: expect.stringMatching(/^Tenant /) as unknown,
    domain: `${tenant.slug}.example.com`,
    status: "active",
    subscriptionTier: "free",
    settings: { audit: { reads: true } },
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: expect.any(Date) as unknown,
  });
});

test("me answers who calls, as the database has him now", async () => {
  const tenant = await makeTenant(admin);
  await admin.query(`update app.users set name = 'Nora', preferences = '{"theme": "dark"}' where id = $1`, [
    tenant.userId,
  ]);
  expect(await callerFor(services, tenant).auth.me()).toEqual({
    user: {
      id: tenant.userId,
      email: tenant.email,
      name: "Nora",
      username: tenant.email.split("@")[0],
      role: "agency_admin",
      teamId: null,
      preferences: { theme: "dark" },
      storageMode: "account",
      version: 1,
    },
    tenant: {
      id: tenant.tenantId,
      slug: tenant.slug,
      name: expect.stringMatching(/^Tenant /) as unknown,
      subscriptionTier: "free",
    },
  });
});

test("C1: whoever signs in changes his own name and settings, and nobody else's", async () => {
  const tenant = await makeTenant(admin);
  const member = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  const { users, auth } = callerFor(services, member);
  const preferences = { theme: "dark", locale: "sv-SE", timeZone: "Europe/Stockholm" } as const;
  const changed = await users.updateOwn({ version: 1, name: "Nora", preferences, storageMode: "local" });
  const { user } = await auth.me();
  expect(user).toMatchObject({ id: member.userId, name: "Nora", preferences, storageMode: "local", version: 2 });
  expect(changed).toMatchObject({ ...user, teamId: null, status: "active" });
  await users.updateOwn({ version: 2, preferences: { theme: "light" } });
  expect((await auth.me()).user).toMatchObject({ name: "Nora", preferences: { theme: "light" }, storageMode: "local" });
  expect((await callerFor(services, tenant).auth.me()).user).toMatchObject({ name: null, preferences: {}, version: 1 });
});

test.each([
  [{ role: "agency_admin" }, "input"],
  [{ status: "active" }, "input"],
  [{ id: createNewId()(), name: "x" }, "input"],
  [{}, "input"],
  [{ storageMode: "nowhere" }, "storageMode"],
  [{ preferences: { theme: "red" } }, "preferences.theme"],
  [{ preferences: { colour: "red" } }, "preferences"],
  [{ preferences: { timeZone: "x".repeat(65) } }, "preferences.timeZone"],
])("nobody changes %j of himself", async (changes, field) => {
  const member = await makeMember(admin, (await makeTenant(admin)).tenantId, { role: "team_member" });
  const { error } = await ask(services, member, "users.updateOwn", { version: 1, ...changes });
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
});

test("of two changes that one read the second is a conflict, and the first stays", async () => {
  const tenant = await makeTenant(admin);
  const { users, auth } = callerFor(services, tenant);
  await users.updateOwn({ version: 1, preferences: { theme: "dark" } });
  const { error } = await ask(services, tenant, "users.updateOwn", { version: 1, preferences: {} });
  expect(error?.data).toMatchObject({ code: "CONFLICT", reason: "users/stale-version" });
  expect((await auth.me()).user).toMatchObject({ preferences: { theme: "dark" }, version: 2 });
});
