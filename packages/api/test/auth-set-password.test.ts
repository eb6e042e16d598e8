import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeNowhere, makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const password = "a password of his own";
const setPassword = (token: string, laterMs = 0, chosen = password) =>
  ask({ ...services, clock: () => new Date(Date.now() + laterMs) }, undefined, "auth.setPassword", {
    token,
    password: chosen,
  });
const login = (email: string, chosen: string) => ask(services, undefined, "auth.login", { email, password: chosen });

test("C2: a one-time link sets the password, verifies the address, and ends every session there was", async () => {
  const world = await makeWorld(admin);
  expect(await setPassword(world.linkToken)).toEqual({ data: { passwordSet: true } });
  expect((await login(world.email, password)).error).toBeUndefined();
  expect((await login(world.email, world.password)).error?.data.reason).toBe("auth/wrong-credentials");
  expect((await ask(services, world, "auth.me")).error?.data.reason).toBe("auth/session-ended");
  const { rows } = await admin.query(
    "select email_verified_at is not null as verified from auth.identities where id = $1",
    [world.identityId],
  );
  expect(rows).toEqual([{ verified: true }]);
});

test("a session that had ended before a password is set keeps the reason for which it ended", async () => {
  const world = await makeWorld(admin);
  await admin.query(
    "update auth.sessions set revoked_at = now() - interval '1 hour', revoke_reason = 'signed out' where id = $1",
    [world.sessionId],
  );
  expect(await setPassword(world.linkToken)).toEqual({ data: { passwordSet: true } });
  const { rows } = await admin.query(
    "select revoke_reason as reason, revoked_at < now() - interval '59 minutes' as \"isOld\" from auth.sessions where id = $1",
    [world.sessionId],
  );
  expect(rows).toEqual([{ reason: "signed out", isOld: true }]);
});

test("a password that was set is recorded once in the log of the person's tenant; one that was not, nowhere", async () => {
  const world = await makeWorld(admin);
  await setPassword(world.linkToken);
  await setPassword(world.linkToken, 0, "a second password");
  const { rows } = await admin.query(
    `select user_id as "userId", outcome from app.audit_logs where tenant_id = $1 and action = 'auth.setPassword'`,
    [world.tenantId],
  );
  expect(rows).toEqual([{ userId: world.userId, outcome: "ok" }]);
});

test("C2: a link that was used, is unknown or has expired answers alike and changes nothing", async () => {
  const [used, expired] = [await makeWorld(admin), await makeWorld(admin)];
  await setPassword(used.linkToken);
  const refused = await setPassword(makeNowhere().linkToken);
  expect(refused.error).toMatchObject({
    message: "the link is not valid any more: ask for another",
    data: { code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/link-invalid" },
  });
  expect(await setPassword(used.linkToken, 0, "a second password")).toEqual(refused);
  expect(await setPassword(expired.linkToken, 2 * 60 * 60_000)).toEqual(refused);
  expect((await login(used.email, password)).error).toBeUndefined();
  expect((await login(expired.email, expired.password)).error).toBeUndefined();
  expect((await ask(services, expired, "auth.me")).error).toBeUndefined();
});

test("C2: of many uses of one link at once exactly one succeeds", async () => {
  const world = await makeWorld(admin);
  const passwords = Array.from({ length: 4 }, (_, at) => `password number ${at}`);
  const answers = await Promise.all(passwords.map((chosen) => setPassword(world.linkToken, 0, chosen)));
  const won = passwords.filter((_, at) => answers[at]?.error === undefined);
  expect(won).toHaveLength(1);
  expect((await login(world.email, won[0] ?? "")).error).toBeUndefined();
});

test("a password too short is refused without spending the link", async () => {
  const world = await makeWorld(admin);
  const { error } = await setPassword(world.linkToken, 0, "too short");
  expect(error?.message).toBe("password: password must be 10 to 200 characters");
  expect(await setPassword(world.linkToken)).toEqual({ data: { passwordSet: true } });
});
