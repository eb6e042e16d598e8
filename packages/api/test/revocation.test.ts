import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();

const ended = { message: "the session has ended: sign in again", code: "UNAUTHORIZED", reason: "auth/session-ended" };
const suspended = { message: "the tenant is suspended", code: "FORBIDDEN", reason: "tenants/suspended" };

const changes = [
  ["the session was revoked", "update auth.sessions set revoked_at = now() where user_id = $1", ended],
  [
    "the session expired",
    "update auth.sessions set created_at = now() - interval '2 days', expires_at = now() where user_id = $1",
    ended,
  ],
  ["the session is gone", "delete from auth.sessions where user_id = $1", ended],
  ["the role was taken away", "update app.users set role = 'team_member' where id = $1", ended],
  ["the user was disabled", "update app.users set status = 'disabled' where id = $1", ended],
  ["the user was removed", "delete from app.users where id = $1", ended],
  [
    "the person was disabled",
    "update auth.identities set status = 'disabled' where id = (select identity_id from app.users where id = $1)",
    ended,
  ],
  [
    "the tenant was suspended",
    "update app.tenants set status = 'suspended' where id = (select tenant_id from app.users where id = $1)",
    suspended,
  ],
] as const;

test.each(changes)(
  "once %s the very next call is refused, and writes nothing",
  async (_, sql, { message, ...data }) => {
    const tenant = await makeTenant(admin);
    const caller = await makeMember(admin, tenant.tenantId);
    expect((await ask(services, caller, "documents.list")).error).toBeUndefined();
    await admin.query(sql, [caller.userId]);
    const calls = [
      ["auth.me", undefined],
      ["documents.list", {}],
      ["documents.create", { title: "too late" }],
      ["documents.remove", { id: tenant.documentId }],
      ["auditLogs.list", {}],
    ] as const;
    const requestId = `revoked: ${sql}`;
    for (const [path, input] of calls) {
      expect((await ask(services, caller, path, input, { requestId })).error).toMatchObject({ message, data });
    }
    const { rows } = await admin.query(
      `select (select count(*)::int from app.documents where tenant_id = $1) as documents,
       (select count(*)::int from app.audit_logs where request_id = $2) as records`,
      [tenant.tenantId, requestId],
    );
    expect(rows).toEqual([{ documents: 1, records: 0 }]);
  },
);

test("a role that was given takes effect with the token that names it, while the old one has ended", async () => {
  const tenant = await makeTenant(admin);
  const caller = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  await admin.query("update app.users set role = 'agency_admin' where id = $1", [caller.userId]);
  expect((await ask(services, caller, "documents.list")).error?.data.reason).toBe("auth/session-ended");
  const promoted = { ...caller, role: "agency_admin" } as const;
  expect((await ask(services, promoted, "auditLogs.list")).error).toBeUndefined();
});

test("a token of one tenant's session enters no other, not even one the person is a member of", async () => {
  const [tenant, second] = [await makeTenant(admin), await makeTenant(admin)];
  for (const [tenantId, userId] of [
    [second.tenantId, tenant.userId],
    [second.tenantId, second.userId],
    [tenant.tenantId, second.userId],
  ] as const) {
    const { error } = await ask(services, { ...tenant, tenantId, userId }, "documents.list");
    expect(error?.data.reason).toBe("auth/session-ended");
  }
});
