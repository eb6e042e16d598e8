import { reuseGraceMs } from "@severalty/db/identity/session";
import { expect, test } from "vitest";
import { ask, type Answer } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import type { SignInAnswer } from "../src/sign-in.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const day = 24 * 60 * 60_000;

/** Renews as if so much time had passed. */
const refresh = (refreshToken: string, laterMs = 0): Promise<Answer> =>
  ask({ ...services, clock: () => new Date(Date.now() + laterMs) }, undefined, "auth.refresh", { refreshToken });

const renewed = ({ data }: Answer): SignInAnswer => data as SignInAnswer;

const reasonOf = async (accessToken: string): Promise<string | undefined> =>
  (await ask(services, `Bearer ${accessToken}`, "auth.me")).error?.data.reason;

test("a refresh token is traded for the next one, which goes on with the same session", async () => {
  const world = await makeWorld(admin);
  const first = renewed(await refresh(world.refreshToken));
  expect(first.user.id).toBe(world.userId);
  expect(first.refreshToken).not.toBe(world.refreshToken);
  const second = renewed(await refresh(first.refreshToken));
  expect(await reasonOf(second.accessToken)).toBeUndefined();
  const { rows } = await admin.query("select id from auth.sessions where identity_id = $1", [world.identityId]);
  expect(rows).toEqual([{ id: world.sessionId }]);
});

test("a refresh token used a moment ago answers a conflict to retry, and ends nothing", async () => {
  const world = await makeWorld(admin);
  const first = renewed(await refresh(world.refreshToken));
  const { error } = await refresh(world.refreshToken);
  expect(error).toMatchObject({
    message: "this refresh token was used a moment ago: try again",
    data: { code: "CONFLICT", httpStatus: 409, reason: "auth/refresh-in-progress" },
  });
  expect(await reasonOf(first.accessToken)).toBeUndefined();
  expect((await refresh(first.refreshToken)).error).toBeUndefined();
});

test("a refresh token used again later ends its session with all that came of it, which is recorded", async () => {
  const world = await makeWorld(admin);
  const first = renewed(await refresh(world.refreshToken));
  const { error } = await refresh(world.refreshToken, reuseGraceMs + 1_000);
  expect(error?.data).toMatchObject({ code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/refresh-token-invalid" });
  expect(await reasonOf(first.accessToken)).toBe("auth/session-ended");
  expect((await refresh(first.refreshToken)).error?.data.reason).toBe("auth/refresh-token-invalid");
  const { rows } = await admin.query(
    "select details ->> 'reason' as reason from app.audit_logs where tenant_id = $1 and action = 'auth.logout'",
    [world.tenantId],
  );
  expect(rows).toEqual([{ reason: "refresh token used twice" }]);
});

test("of many uses of one refresh token at once exactly one renews", async () => {
  const world = await makeWorld(admin);
  const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(world.refreshToken)));
  const reasons = answers.map(({ error }) => error?.data.reason ?? "renewed");
  expect(reasons.toSorted()).toEqual([...Array.from({ length: 5 }, () => "auth/refresh-in-progress"), "renewed"]);
});

test("a refresh token that expired, or whose session did, is not accepted", async () => {
  const world = await makeWorld(admin);
  expect((await refresh(world.refreshToken, day)).error?.data.reason).toBe("auth/refresh-token-invalid");
  await admin.query("update auth.refresh_tokens set expires_at = now() + interval '90 days' where session_id = $1", [
    world.sessionId,
  ]);
  expect((await refresh(world.refreshToken, day)).error?.data.reason).toBe("auth/refresh-token-invalid");
  expect((await refresh(world.refreshToken)).error).toBeUndefined();
});

test.each(["svr_", "x".repeat(200), `svr_${"A".repeat(43)}`, "svr_' or true --"])(
  "the refresh token %j answers alike whether malformed or unknown",
  async (refreshToken) => {
    expect((await refresh(refreshToken)).error).toMatchObject({
      message: "the refresh token is not valid: sign in again",
      data: { code: "UNAUTHORIZED", reason: "auth/refresh-token-invalid" },
    });
  },
);

test("whoever was given another role refreshes into that role", async () => {
  const world = await makeWorld(admin);
  await admin.query("update app.users set role = 'team_member' where id = $1", [world.userId]);
  const { user, accessToken } = renewed(await refresh(world.refreshToken));
  expect(user.role).toBe("team_member");
  expect(await reasonOf(accessToken)).toBeUndefined();
});

test.each([
  [
    "the tenant is suspended",
    "update app.tenants set status = 'suspended' where id = (select tenant_id from app.users where id = $1)",
    "tenants/suspended",
  ],
  ["the user is disabled", "update app.users set status = 'disabled' where id = $1", "auth/no-membership"],
])("while %s a refresh is refused, and works once that is over", async (_, sql, reason) => {
  const world = await makeWorld(admin);
  await admin.query(sql, [world.userId]);
  expect((await refresh(world.refreshToken)).error?.data).toMatchObject({ code: "FORBIDDEN", reason });
  await admin.query("update app.tenants set status = 'active' where id = $1", [world.tenantId]);
  await admin.query("update app.users set status = 'active' where tenant_id = $1", [world.tenantId]);
  expect((await refresh(world.refreshToken)).error).toBeUndefined();
});

test("signing out ends the session for the next call, and doing so again changes nothing", async () => {
  const world = await makeWorld(admin);
  const { auth, auditLogs } = callerFor(services, world);
  expect(await auth.logout()).toEqual({ signedOut: true });
  await expect(auditLogs.list()).rejects.toThrow("the session has ended: sign in again");
  expect((await refresh(world.refreshToken)).error?.data.reason).toBe("auth/refresh-token-invalid");
  expect(await auth.logout()).toEqual({ signedOut: true });
  const { rows } = await admin.query(
    `select user_id as "userId", details ->> 'reason' as reason from app.audit_logs
     where tenant_id = $1 and action = 'auth.logout'`,
    [world.tenantId],
  );
  expect(rows).toEqual([{ userId: world.userId, reason: "signed out" }]);
});

test("signing out of one session leaves the person's others alone", async () => {
  const world = await makeWorld(admin);
  const { accessToken } = await callerFor(services, undefined).auth.login({
    email: world.email,
    password: world.password,
  });
  await callerFor(services, world).auth.logout();
  expect(await reasonOf(accessToken)).toBeUndefined();
});
