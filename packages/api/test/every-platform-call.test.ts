import { enterPlatform, expireGrant, makeOperator, openTestGrant } from "@severalty/db/testing/make-operator";
import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { roles } from "@severalty/domain/permission";
import { createNewId, type AccessGrantId, type TenantId } from "@severalty/domain/ids";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { idFieldsOf, inputFieldsOf } from "./input-schema.ts";
import { platformCases, type Place } from "./platform-cases.ts";
import { bytesOf, changesSince, makeWorld } from "./world.ts";

const { database, services, admin } = await openTestApi();
const platform = await database.client("severalty_platform");
const newId = createNewId();

const makePlace = async (status: "active" | "suspended" = "active"): Promise<Place> => {
  const [operator, tenant] = [await makeOperator(admin), await makeWorld(admin)];
  await admin.query("update app.tenants set status = $2 where id = $1", [tenant.tenantId, status]);
  const forTenant = await openTestGrant(platform, operator, tenant.tenantId);
  return { operator, tenant, forTenant, forAll: await openTestGrant(platform, operator, null) };
};

/** For calls that are refused. */
const shared = await makePlace();
const other = await makeWorld(admin);

const all = Object.entries(platformCases).map(([path, made]) => ({ path, ...made }));
const byGrant = all.filter(({ by }) => by !== "session");
const about = all.filter(({ isAbout }) => isAbout === true);

const recorded = async (tenantId: TenantId, requestId: string) => {
  const { rows } = await admin.query<{ details: { grantId?: string; changed?: string[] } }>(
    `select user_id as "userId", actor_kind as "actorKind", action, outcome, details from app.audit_logs
     where tenant_id = $1 and request_id = $2 and resource_type in ('tenants', 'accessGrants', 'platform')
       and not details ? 'changed' order by timestamp, id`,
    [tenantId, requestId],
  );
  return rows;
};

const noGrant = {
  message: "open an access grant first: none of this session is alive and for that",
  data: { code: "FORBIDDEN", httpStatus: 403, reason: "platform/no-grant" },
};

test("every procedure of the platform has a case", () => {
  const paths = Object.keys(proceduresByPath).filter((path) => path.startsWith("platform."));
  expect(Object.keys(platformCases).toSorted()).toEqual(paths.toSorted());
});

describe.each(all)("$path", ({ path, by, isAbout, ids = [], status, input }) => {
  const inputOf = (place: Place) => input(place, by === "grantForAll" ? place.forAll : place.forTenant);

  test("every id that it takes is the grant's, that of the tenant it is about, or known to its case", () => {
    const known = [...ids, ...(by === "session" ? [] : ["grantId"]), ...(isAbout === true ? ["id"] : [])];
    expect(idFieldsOf(path).toSorted()).toEqual(known.toSorted());
    const wide = Object.values(inputFieldsOf(path)).filter(
      ({ type, maximum }) => type === "integer" && !(typeof maximum === "number" && maximum < 2 ** 31),
    );
    expect(wide).toEqual([]);
  });

  test("answers an administrator of the platform, and leaves every other tenant's rows byte for byte", async () => {
    const place = await makePlace(status);
    const before = await bytesOf(admin, other);
    const asked = await ask(services, place.operator, path, inputOf(place), { requestId: `works-${path}` });
    expect(asked).toEqual({ data: expect.anything() as unknown });
    expect(await bytesOf(admin, other)).toEqual(before);
  });

  test("refuses an unknown key in its input, and input that is no object", async () => {
    for (const unheardOf of [{ ...inputOf(shared), unheardOf: true }, "unheardOf"]) {
      const { error } = await ask(services, shared.operator, path, unheardOf);
      expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid" });
    }
  });

  test("refuses every other role, before it looks at the input, changes nothing, and leaves a row in the caller's own log", async () => {
    const before = await bytesOf(admin, shared.tenant);
    const lacking = roles.filter((role) => role !== "admin");
    for (const role of lacking) {
      const caller = await makeMember(admin, other.tenantId, { role });
      const requestId = `${role}-${path}`;
      for (const asked of [inputOf(shared), { unheardOf: true }])
        expect((await ask(services, caller, path, asked, { requestId })).error).toMatchObject({
          message: `the role ${role} lacks platform.access`,
          data: { code: "FORBIDDEN", httpStatus: 403, reason: "auth/forbidden" },
        });
      const denial = { userId: caller.userId, actorKind: "user", action: path, outcome: "denied" };
      expect(await recorded(other.tenantId, requestId)).toMatchObject([denial, denial]);
    }
    expect(await changesSince(admin, shared.tenant, before)).toEqual([]);
  });

  test("refuses a token that claims the role, an administrator who is none any more, and one of another tenant", async () => {
    const before = await bytesOf(admin, shared.tenant);
    const claimant = { ...(await makeMember(admin, other.tenantId)), role: "admin" as const };
    const demoted = await makeOperator(admin);
    await admin.query("update app.users set role = 'user' where id = $1", [demoted.userId]);
    for (const caller of [claimant, demoted])
      expect((await ask(services, caller, path, inputOf(shared))).error?.data).toMatchObject({
        code: "UNAUTHORIZED",
        reason: "auth/session-ended",
      });
    const impostor = await makeTenant(admin, { role: "admin" });
    const { data, error } = await ask(services, impostor, path, inputOf(shared));
    // In his own tenant he may look, where no grant is.
    const own: Readonly<Record<string, unknown>> = {
      "platform.grants.list": { items: [], nextCursor: null },
      "platform.grants.byId": "accessGrants/not-found",
    };
    expect(data ?? error?.data.reason).toEqual(own[path] ?? "auth/session-ended");
    expect(await changesSince(admin, shared.tenant, before)).toEqual([]);
  });

  test("refuses an API key, whatever it may do", async () => {
    const { apiKey } = await makeApiKey(admin, other, ["tenants.read", "auditLogs.read"]);
    const { error } = await ask(services, undefined, path, inputOf(shared), { apiKey });
    expect(error?.data).toMatchObject({ code: "FORBIDDEN", reason: "auth/user-only" });
  });
});

/** Grants that are worth nothing to the shared operator. */
const dead = async (): Promise<Record<string, AccessGrantId>> => {
  const [ended, expired] = [
    await openTestGrant(platform, shared.operator, null),
    await openTestGrant(platform, shared.operator, null),
  ];
  await platform.query("select app.end_grant($1, $2, $3, 'r')", [
    shared.operator.sessionId,
    shared.operator.userId,
    ended,
  ]);
  await expireGrant(admin, expired);
  const never = newId<AccessGrantId>();
  return { ended, expired, never, colleague: await openTestGrant(platform, await makeOperator(admin), null) };
};

describe.each(byGrant)("$path, by a grant", ({ path, by, isAbout, status, input }) => {
  test("B8: is in the log of its tenant and of the platform, with who, why and until when", async () => {
    const place = await makePlace(status);
    const { operator, tenant } = place;
    const grantId = by === "grantForAll" ? place.forAll : place.forTenant;
    const requestId = `logged-${path}`;
    const { data, error } = await ask(services, operator, path, input(place, grantId), { requestId });
    expect(error).toBeUndefined();
    const entry = {
      userId: operator.userId,
      actorKind: "platform",
      action: path,
      outcome: "ok",
      details: expect.objectContaining({
        by: operator.email,
        grantId,
        grantReason: "to look into a ticket",
        until: expect.stringMatching(/Z$/) as string,
      }) as object,
    };
    expect(await recorded(operator.tenantId, requestId)).toEqual([entry]);
    const made = (data as { tenant?: { id: TenantId } }).tenant?.id;
    const isGone = path.endsWith(".remove");
    expect((await recorded(made ?? tenant.tenantId, requestId)).at(-1)).toEqual(isGone ? undefined : entry);
  });

  test("answers without a living grant of the caller's own session as for a tenant that never was, and tells the tenant", async () => {
    const expected = isAbout === true ? ["denied"] : [];
    for (const [why, grantId] of Object.entries(await dead())) {
      const requestId = `${why}-${path}`;
      const before = await bytesOf(admin, shared.tenant);
      const { error } = await ask(services, shared.operator, path, input(shared, grantId), { requestId });
      expect([why, error]).toMatchObject([why, noGrant]);
      const nowhere = { ...shared, tenant: { ...shared.tenant, tenantId: newId<TenantId>() } };
      expect(await ask(services, shared.operator, path, input(nowhere, grantId), { requestId })).toEqual({ error });
      const denials = await recorded(shared.tenant.tenantId, requestId);
      expect(denials.map(({ details }) => details)).toMatchObject(
        expected.map(() => ({ reason: "platform/no-grant" })),
      );
      expect((await recorded(shared.operator.tenantId, requestId)).length).toBe(2);
      expect(await changesSince(admin, shared.tenant, before)).toHaveLength(expected.length);
    }
  });
});

describe.each(about)("$path, about a tenant", ({ path, input }) => {
  const asked = (tenantId: TenantId, grantId: AccessGrantId) =>
    ask(services, shared.operator, path, input({ ...shared, tenant: { ...shared.tenant, tenantId } }, grantId));

  test("answers by a grant for another tenant as without one, whether or not there is such a tenant", async () => {
    const before = await bytesOf(admin, other);
    const refused = await asked(other.tenantId, shared.forTenant);
    expect(refused.error).toMatchObject(noGrant);
    expect(await asked(newId(), shared.forTenant)).toEqual(refused);
    expect(await changesSince(admin, other, before)).toEqual([expect.stringMatching(/^app\.audit_logs/)]);
  });

  test("says by a grant for all that a tenant which never was is not there", async () => {
    expect((await asked(newId(), shared.forAll)).error?.data).toMatchObject({
      code: "NOT_FOUND",
      reason: "tenants/not-found",
    });
  });
});

test("a grant for one tenant makes none", async () => {
  const { error } = await ask(
    services,
    shared.operator,
    "platform.tenants.create",
    platformCases["platform.tenants.create"]?.input(shared, shared.forTenant),
  );
  expect(error).toMatchObject(noGrant);
});

test("the connection that a call was made on sees nothing after it", async () => {
  await ask(services, shared.operator, "platform.tenants.byId", {
    grantId: shared.forTenant,
    id: shared.tenant.tenantId,
  });
  expect(await services.platform.em.fork().execute("select id from app.tenants")).toEqual([]);
  await platform.query("begin");
  await enterPlatform(platform, shared.operator, shared.forTenant);
  expect((await platform.query("select id from app.tenants")).rows).toHaveLength(1);
  await platform.query("rollback");
});
