import { makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const { auth } = callerFor(services, undefined);
const newId = createNewId();

/** Makes somebody a member of one more tenant, which is younger than the others. */
const makeSecondTenant = async ({ identityId, email }: World) => {
  const tenant = await makeTenant(admin);
  await admin.query(
    `insert into app.users (tenant_id, id, identity_id, username, email, role, created_at, updated_at)
     values ($1, $2, $3, 'second', $4, 'team_member', now(), now())`,
    [tenant.tenantId, newId(), identityId, email],
  );
  return tenant;
};

const credentialsOf = ({ email, password }: World) => ({ email, password });

const login = (input: object) => ask(services, undefined, "auth.login", input);

const suspend = (tenantId: string) =>
  admin.query("update app.tenants set status = 'suspended' where id = $1", [tenantId]);

const signInsOf = async (tenantId: string) => {
  const { rows } = await admin.query<object>(
    `select user_id as "userId", outcome, details, request_id as "requestId" from app.audit_logs
     where tenant_id = $1 and action = 'auth.login'`,
    [tenantId],
  );
  return rows;
};

test("E5: the right password answers tokens that the API accepts, and is recorded", async () => {
  const world = await makeWorld(admin);
  const answer = await callerFor(services, undefined, { requestId: "r-1" }).auth.login(credentialsOf(world));
  expect(answer.user).toMatchObject({ id: world.userId, email: world.email, role: "agency_admin" });
  expect(await callerFor(services, `Bearer ${answer.accessToken}`).auth.me()).toMatchObject({ tenant: answer.tenant });
  expect(await signInsOf(world.tenantId)).toEqual([
    { userId: world.userId, outcome: "ok", details: { ip: "203.0.113.7" }, requestId: "r-1" },
  ]);
});

test("whoever is a member of several tenants enters the one he names, or the one he entered last", async () => {
  const world = await makeWorld(admin);
  const second = await makeSecondTenant(world);
  const enter = async (tenantSlug?: string) => (await auth.login({ ...credentialsOf(world), tenantSlug })).tenant.slug;
  expect(await enter(second.slug)).toBe(second.slug);
  expect(await enter()).toBe(second.slug);
  expect(await enter(world.slug)).toBe(world.slug);
  expect(await enter()).toBe(world.slug);
  const { tenants } = await auth.login(credentialsOf(world));
  expect(tenants.map(({ slug }) => slug)).toEqual([world.slug, second.slug]);
});

test("a wrong password and an unknown address answer alike, whatever else is true of the address", async () => {
  const [world, suspended, disabled, withoutPassword] = [
    await makeWorld(admin),
    await makeWorld(admin),
    await makeWorld(admin),
    await makeTenant(admin),
  ];
  await suspend(suspended.tenantId);
  await admin.query("update auth.identities set status = 'disabled' where id = $1", [disabled.identityId]);
  const unknown = await login({ email: "nobody@example.com", password: world.password });
  expect(unknown).toEqual({
    error: {
      code: -32001,
      message: "e-mail or password is wrong",
      data: {
        code: "UNAUTHORIZED",
        httpStatus: 401,
        reason: "auth/wrong-credentials",
        requestId: "request-of-a-test",
      },
    },
  });
  const password = "not the password";
  expect(await login({ email: world.email, password })).toEqual(unknown);
  expect(await login({ email: world.email, password, tenantSlug: world.slug })).toEqual(unknown);
  expect(await login({ email: world.email, password, tenantSlug: "no-such-tenant" })).toEqual(unknown);
  expect(await login({ email: suspended.email, password })).toEqual(unknown);
  expect(await login({ email: withoutPassword.email, password })).toEqual(unknown);
  expect(await login(credentialsOf(disabled))).toEqual(unknown);
});

test("a wrong password is recorded where the person would have entered, once and without the password", async () => {
  const world = await makeWorld(admin);
  const second = await makeSecondTenant(world);
  const input = { email: world.email, password: "not the password", tenantSlug: world.slug };
  await ask(services, undefined, "auth.login", input, { requestId: "r-2" });
  expect(await signInsOf(world.tenantId)).toEqual([
    {
      userId: world.userId,
      outcome: "denied",
      details: { reason: "auth/wrong-credentials", ip: "203.0.113.7" },
      requestId: "r-2",
    },
  ]);
  expect(await signInsOf(second.tenantId)).toEqual([]);
});

test("a suspended tenant is not entered by the right password either, which is recorded", async () => {
  const world = await makeWorld(admin);
  await suspend(world.tenantId);
  const { error } = await ask(services, undefined, "auth.login", credentialsOf(world));
  expect(error).toMatchObject({
    message: "the tenant is suspended",
    data: { code: "FORBIDDEN", httpStatus: 403, reason: "tenants/suspended" },
  });
  expect(await signInsOf(world.tenantId)).toMatchObject([
    { outcome: "denied", details: { reason: "tenants/suspended" } },
  ]);
});

test("whoever names no tenant enters one that is not suspended, and is shown no other", async () => {
  const world = await makeWorld(admin);
  const second = await makeSecondTenant(world);
  await suspend(world.tenantId);
  const answer = await auth.login(credentialsOf(world));
  expect(answer.tenant.slug).toBe(second.slug);
  expect(answer.tenants).toEqual([answer.tenant]);
});

test("a disabled user is no member any more, which only the right password reveals", async () => {
  const world = await makeWorld(admin);
  await admin.query("update app.users set status = 'disabled' where id = $1", [world.userId]);
  const { error } = await ask(services, undefined, "auth.login", { ...credentialsOf(world), tenantSlug: world.slug });
  expect(error).toMatchObject({
    message: "you are no active member of that tenant",
    data: { code: "FORBIDDEN", reason: "auth/no-membership" },
  });
  const wrong = await ask(services, undefined, "auth.login", { email: world.email, password: "not the password" });
  expect(wrong.error?.data.reason).toBe("auth/wrong-credentials");
});

test("a user disabled in one tenant still enters the other", async () => {
  const world = await makeWorld(admin);
  const second = await makeSecondTenant(world);
  await admin.query("update app.users set status = 'disabled' where id = $1", [world.userId]);
  expect((await auth.login(credentialsOf(world))).tenant.slug).toBe(second.slug);
});

test.each([[""], ["p".repeat(201)], [null], [["a"]]])(
  "a password of %j is refused without being repeated",
  async (password) => {
    const { error } = await ask(services, undefined, "auth.login", { email: "nora@example.com", password });
    expect(error).toMatchObject({
      message: "password: password must be a string of 1 to 200 characters",
      data: { reason: "input/invalid" },
    });
  },
);
