import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toDomainError } from "../src/database-error.ts";
import { tenantEntities } from "../src/entities.ts";
import { Tenant } from "../src/entities/tenant.ts";
import { findCredentials, membershipsOf } from "../src/identity/membership.ts";
import { register, type Registration } from "../src/identity/register.ts";
import type { Orm } from "../src/orm.ts";
import { anyEntity, nameOf, tableOf } from "../src/testing/make-row.ts";
import { makeRegistration, makeSession } from "../src/testing/make-registration.ts";
import { makeMember, makeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { enter, enteredTenant } from "../src/testing/enter.ts";

let database: TestDatabase;
let admin: Client;
let auth: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  auth = await database.orm("severalty_auth");
});
afterAll(() => database[Symbol.asyncDispose]());

const client = { ip: "192.0.2.1", userAgent: "test", requestId: "request-1" };

test("E5: registering makes identity, tenant, administrator and session, and the session enters the tenant", async () => {
  const made = makeRegistration();
  await register(auth.em.fork(), made, makeSession(), client);
  const app = await database.client("severalty_app");
  await app.query("begin");
  await enter(app, { ...made, kind: "user", role: "agency_admin" });
  expect(await enteredTenant(app)).toBe(made.tenantId);
  await app.query("commit");
  expect(await membershipsOf(auth.em.fork(), made.identityId)).toEqual([
    {
      tenantId: made.tenantId,
      tenantSlug: made.tenantSlug,
      tenantName: made.tenantName,
      tenantStatus: "active",
      userId: made.userId,
      teamId: null,
      role: "agency_admin",
      username: "ada",
      email: made.email,
      name: "Ada",
    },
  ]);
});

test("registering is recorded in the new tenant's log, by its first user", async () => {
  const made = makeRegistration();
  await register(auth.em.fork(), made, makeSession(), client);
  const { rows } = await admin.query(
    "select distinct action, user_id, actor_kind, request_id from app.audit_logs where tenant_id = $1",
    [made.tenantId],
  );
  expect(rows).toEqual([
    { action: "auth.register", user_id: made.userId, actor_kind: "user", request_id: "request-1" },
  ]);
});

describe("registering leaves nothing behind", () => {
  const refusals: [string, (earlier: Registration) => Partial<Registration>, string][] = [
    ["when the slug is taken", ({ tenantSlug }) => ({ tenantSlug }), "tenants/slug-taken"],
    ["when the e-mail address is taken", ({ email }) => ({ email }), "identities/email-taken"],
    ["when both are taken", ({ tenantSlug, email }) => ({ tenantSlug, email }), "identities/email-taken"],
    ["when the slug breaks its rule", () => ({ tenantSlug: "-no-" }), "tenants/slug"],
    ["when the tenant's name is empty", () => ({ tenantName: "" }), "tenants/name"],
    ["when the address is not in lower case", () => ({ email: "Ada@example.com" }), "identities/email"],
    ["when the username is not in lower case", () => ({ username: "Ada" }), "users/username"],
    ["when there is no such template", () => ({ templateKey: "nowhere" }), "templates/unknown-key"],
  ];
  test.each(refusals)("%s", async (_, changes, reason) => {
    const earlier = makeRegistration();
    await register(auth.em.fork(), earlier, makeSession(), client);
    const before = await snapshot(admin);
    const error: unknown = await register(
      auth.em.fork(),
      makeRegistration(changes(earlier)),
      makeSession(),
      client,
    ).catch((thrown: unknown) => thrown);
    expect(toDomainError(error)?.reason).toBe(reason);
    expect(toDomainError(error)?.message).not.toContain(earlier.email);
    expect(await snapshot(admin)).toEqual(before);
  });

  test("for all but one of ten at once with the same slug", async () => {
    const { tenantSlug } = makeRegistration();
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        register(auth.em.fork(), makeRegistration({ tenantSlug }), makeSession(), client),
      ),
    );
    const refused = attempts.flatMap((attempt) => (attempt.status === "rejected" ? [attempt.reason as unknown] : []));
    expect(refused.map((error) => toDomainError(error)?.reason)).toEqual(
      Array.from({ length: 9 }, () => "tenants/slug-taken"),
    );
    const { rows } = await admin.query(
      `select (select count(*)::int from app.tenants where slug = $1) as tenants,
         (select count(*)::int from auth.identities i where not exists (select from app.users u where u.identity_id = i.id)) as strays`,
      [tenantSlug],
    );
    expect(rows).toEqual([{ tenants: 1, strays: 0 }]);
  });
});

test("registering leaves no tenant entered on the sign-in role's connection", async () => {
  await auth.em.fork().transactional(async (tx) => {
    await register(tx, makeRegistration(), makeSession(), client);
    const [row] = await tx.execute<{ context: string }[]>("select current_setting('app.context', true) as context");
    expect(row?.context).toBe("");
  });
});

test("a person's tenants are listed with the one entered last first, and without those where he is disabled", async () => {
  const [first, second, third, disabled] = [
    await makeTenant(admin),
    await makeTenant(admin),
    await makeTenant(admin),
    await makeTenant(admin),
  ];
  const { identityId } = first;
  for (const { userId } of [second, third, disabled])
    await admin.query("update app.users set identity_id = $1 where id = $2", [identityId, userId]);
  await makeMember(admin, disabled.tenantId);
  await admin.query("update app.users set status = 'disabled' where id = $1", [disabled.userId]);
  await admin.query("update app.tenants set status = 'suspended' where id = $1", [third.tenantId]);
  await admin.query("delete from auth.sessions where user_id = $1", [third.userId]);
  for (const [{ sessionId }, minutes] of [
    [first, 20],
    [second, 10],
  ] as const)
    await admin.query(
      "update auth.sessions set identity_id = $1, created_at = now() - make_interval(mins => $2) where id = $3",
      [identityId, minutes, sessionId],
    );
  const memberships = await membershipsOf(auth.em.fork(), identityId);
  expect(memberships.map(({ tenantId, tenantStatus }) => [tenantId, tenantStatus])).toEqual([
    [second.tenantId, "active"],
    [first.tenantId, "active"],
    [third.tenantId, "suspended"],
  ]);
});

test("credentials are found for an active identity by its address, and for nobody else", async () => {
  const made = makeRegistration();
  await register(auth.em.fork(), made, makeSession(), client);
  expect(await findCredentials(auth.em.fork(), made.email)).toEqual({
    id: made.identityId,
    hashedPassword: made.hashedPassword,
  });
  expect(await findCredentials(auth.em.fork(), "nobody@example.com")).toBeNull();
  await admin.query("update auth.identities set status = 'disabled' where id = $1", [made.identityId]);
  expect(await findCredentials(auth.em.fork(), made.email)).toBeNull();
  const tenant = await makeTenant(admin);
  const { email, identityId } = await makeMember(admin, tenant.tenantId);
  expect(await findCredentials(auth.em.fork(), email)).toEqual({ id: identityId, hashedPassword: null });
});

describe.each([Tenant, ...tenantEntities].map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "the sign-in role",
  ({ name, entity }) => {
    test(`reads and writes nothing of ${name}`, async () => {
      const table = tableOf(auth.getMetadata().get(entity));
      const statements = [`select * from ${table}`, `delete from ${table}`, `insert into ${table} default values`];
      expect(await notRefused(await database.client("severalty_auth"), statements)).toEqual([]);
    });
  },
);
