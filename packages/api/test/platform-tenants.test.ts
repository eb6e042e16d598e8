import { expireGrant, makeOperator, openTestGrant } from "@severalty/db/testing/make-operator";
import { createNewId, type AccessGrantId, type TenantId } from "@severalty/domain/ids";
import { beforeAll, describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { bytesOf, makeWorld, type World } from "./world.ts";

const newId = createNewId();
const { database, services, admin } = await openTestApi();
const platform = await database.client("severalty_platform");
const operator = await makeOperator(admin);
const call = callerFor(services, operator).platform;

let grantId: AccessGrantId;
beforeAll(async () => {
  grantId = await openTestGrant(platform, operator, null);
});

const reasonOf = async (asked: Promise<unknown>): Promise<string> => {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { cause } = (error ?? {}) as { cause?: { reason?: string } };
  return cause?.reason ?? String(error);
};

/** What a tenant's own administrator reads in his log of what the platform did. */
const readByTenant = async (world: World, action: string) => {
  const { items } = await callerFor(services, world).auditLogs.list({ actorKind: "platform", action, limit: 100 });
  return items;
};

const suspend = (id: TenantId) => call.tenants.suspend({ grantId, id, reason: "has not paid" });

describe("the list", () => {
  test("by a grant for all has every tenant in pages, filtered and sorted, and by one for a tenant that one alone", async () => {
    const first = await makeWorld(admin);
    const ids = [first.tenantId];
    while (ids.length < 4) ids.push((await makeWorld(admin)).tenantId);
    await admin.query(
      "update app.tenants set name = 'Findable ' || id, subscription_tier = 'team' where id = any($1)",
      [ids],
    );
    for (const sort of [undefined, "name", "-name", "slug", "-slug", "createdAt", "-updatedAt"] as const) {
      const { items: all } = await call.tenants.list({ grantId, search: "findable", sort, limit: 100 });
      expect(all.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      const walked: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof call.tenants.list>> = await call.tenants.list({
          grantId,
          search: "findable",
          sort,
          limit: 1,
          cursor,
        });
        walked.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(walked).toEqual(all);
    }
    const slugs = (await call.tenants.list({ grantId, search: "findable", sort: "slug" })).items.map(
      ({ slug }) => slug,
    );
    expect(slugs).toEqual(slugs.toSorted());
    await admin.query("update app.tenants set status = 'suspended' where id = $1", [first.tenantId]);
    const suspended = await call.tenants.list({ grantId, search: "findable", status: "suspended" });
    expect(suspended.items.map(({ id }) => id)).toEqual([first.tenantId]);
    expect((await call.tenants.list({ grantId, search: "findable", subscriptionTier: "free" })).items).toEqual([]);
    const one = await openTestGrant(platform, operator, first.tenantId);
    expect((await call.tenants.list({ grantId: one })).items.map(({ id }) => id)).toEqual([first.tenantId]);
  });

  test("B8: is in the log of each tenant that was on the page, and of no other's", async () => {
    const [shown, hidden] = [await makeWorld(admin), await makeWorld(admin)];
    await call.tenants.list({ grantId, search: shown.slug });
    expect(await readByTenant(shown, "platform.tenants.list")).toMatchObject([
      { userId: operator.userId, resourceId: shown.tenantId, outcome: "ok", details: { grantId, by: operator.email } },
    ]);
    expect(await readByTenant(hidden, "platform.tenants.list")).toEqual([]);
  });
});

test("byId has the tenant and how much is in it", async () => {
  const world = await makeWorld(admin);
  const { counts, ...tenant } = await call.tenants.byId({ grantId, id: world.tenantId });
  expect(tenant).toMatchObject({ id: world.tenantId, slug: world.slug, status: "active", version: 1 });
  expect(counts).toEqual({
    users: 2,
    activeUsers: 2,
    teams: 2,
    documents: 2,
    agentInstances: 2,
    openTasks: 1,
    livingApiKeys: 1,
    secrets: 2,
    lastActiveAt: expect.any(Date) as Date,
  });
});

test("B2: a tenant's administrator reads in his own log who looked, why, by which grant and until when, and a member does not", async () => {
  const world = await makeWorld(admin);
  const { id } = await call.grants.create({ tenantId: world.tenantId, reason: "ticket 4711: no login", minutes: 10 });
  await call.tenants.byId({ grantId: id, id: world.tenantId });
  await call.grants.end({ id });
  const rows = await callerFor(services, world).auditLogs.list({ actorKind: "platform" });
  const actions = ["platform.grants.end", "platform.tenants.byId", "platform.grants.create"];
  const told = { by: operator.email, grantId: id, grantReason: "ticket 4711: no login" };
  expect(rows.items.slice(0, 3)).toMatchObject(
    actions.map((action) => ({ action, userId: operator.userId, details: told, outcome: "ok" })),
  );
  expect(await reasonOf(call.tenants.byId({ grantId: id, id: world.tenantId }))).toBe("platform/no-grant");
  expect(await readByTenant(world, "platform.tenants.byId")).toMatchObject([
    { outcome: "denied", details: { ...told, reason: "platform/no-grant" } },
    { outcome: "ok" },
  ]);
});

describe("grants", () => {
  test("are listed for every administrator, newest first, the living apart from those that are over", async () => {
    const world = await makeWorld(admin);
    const make = () => call.grants.create({ tenantId: world.tenantId, reason: "to look into a ticket", minutes: 5 });
    const [living, ended, expired] = [await make(), await make(), await make()];
    const ending = await callerFor(services, await makeOperator(admin)).platform.grants.end({ id: ended.id });
    expect(ending).toMatchObject({ id: ended.id, userId: operator.userId, endedAt: expect.any(Date) as Date });
    expect(await call.grants.end({ id: ended.id })).toEqual(ending);
    await expireGrant(admin, expired.id);
    const colleague = callerFor(services, await makeOperator(admin)).platform;
    const listed = async (isLiving?: boolean) =>
      (await colleague.grants.list({ tenantId: world.tenantId, isLiving })).items.map(({ id }) => id);
    expect(await listed()).toEqual([expired.id, ended.id, living.id]);
    expect(await listed(true)).toEqual([living.id]);
    expect(await listed(false)).toEqual([expired.id, ended.id]);
    expect(await colleague.grants.byId({ id: living.id })).toEqual(living);
    expect(living.expiresAt.getTime() - living.createdAt.getTime()).toBe(5 * 60_000);
  });

  test("are opened for a tenant that is there, and refused with the rule that was broken", async () => {
    const asked = { tenantId: null, reason: "to look into a ticket", minutes: 5 };
    const nowhere = newId();
    expect(await reasonOf(call.grants.create({ ...asked, tenantId: nowhere }))).toBe("tenants/not-found");
    for (const change of [
      { minutes: 0 },
      { minutes: 61 },
      { minutes: 1.5 },
      { reason: "too short" },
      { tenantId: "" },
    ]) {
      const { error } = await ask(services, operator, "platform.grants.create", { ...asked, ...change });
      expect([change, error?.data.reason]).toEqual([change, "input/invalid"]);
    }
    expect(await reasonOf(call.grants.end({ id: nowhere }))).toBe("accessGrants/not-found");
  });
});

/** Of a tenant with a new administrator. */
const input = (slug: string, email = `${slug}@example.com`) => ({
  grantId,
  slug,
  name: "Made",
  domain: `${slug}.example.com`,
  subscriptionTier: "business" as const,
  settings: { region: "eu" },
  templateKey: "fintech",
  administrator: { email, name: "Ada Made" },
});

describe("a tenant that is made", () => {
  test("has its template, and a new administrator who sets his password once by the link and signs in", async () => {
    const made = await call.tenants.create(input("made-anew"));
    expect(made.tenant).toMatchObject({ slug: "made-anew", domain: "made-anew.example.com", templateKey: "fintech" });
    expect(made.tenant).toMatchObject({ subscriptionTier: "business", settings: { region: "eu" }, status: "active" });
    const token = made.administrator.setPassword?.token ?? "";
    const anybody = callerFor(services, undefined);
    await anybody.auth.setPassword({ token, password: "correct horse battery" });
    expect(await reasonOf(anybody.auth.setPassword({ token, password: "another battery" }))).not.toBe("undefined");
    const signedIn = await anybody.auth.login({ email: "made-anew@example.com", password: "correct horse battery" });
    expect(signedIn).toMatchObject({ tenant: { slug: "made-anew" }, user: { role: "agency_admin" } });
    const { rows } = await admin.query(
      "select distinct actor_kind from app.audit_logs where tenant_id = $1 and action = 'platform.tenants.create'",
      [made.tenant.id],
    );
    expect(rows).toEqual([{ actor_kind: "platform" }]);
    const configs = await admin.query("select template_key from app.tenant_configs where tenant_id = $1", [
      made.tenant.id,
    ]);
    expect(configs.rows).toEqual([{ template_key: "fintech" }]);
  });

  test("is given to somebody who has an account only once his address is confirmed, and never with a link to that account", async () => {
    const { email, identityId } = await makeWorld(admin);
    const before = await admin.query("select * from auth.identities where id = $1", [identityId]);
    expect(await reasonOf(call.tenants.create(input("made-known", email)))).toBe("tenants/administrator-unconfirmed");
    const asked = input("made-known", email);
    const made = await call.tenants.create({
      ...asked,
      administrator: { ...asked.administrator, isConfirmed: true },
    });
    expect(made.administrator).toEqual({ userId: made.administrator.userId, email, setPassword: null });
    expect((await admin.query("select * from auth.identities where id = $1", [identityId])).rows).toEqual(before.rows);
    const links = await admin.query("select count(*)::int as count from auth.one_time_tokens where identity_id = $1", [
      identityId,
    ]);
    // That of the world, and none more.
    expect(links.rows).toEqual([{ count: 1 }]);
    await admin.query("update auth.identities set email_verified_at = now() where id = $1", [identityId]);
    expect((await call.tenants.create(input("made-verified", email))).administrator.setPassword).toBeNull();
    await admin.query("update auth.identities set status = 'disabled' where id = $1", [identityId]);
    expect(await reasonOf(call.tenants.create(input("made-disabled", email)))).toBe(
      "tenants/administrator-unconfirmed",
    );
  });

  test("is refused all or nothing for a slug or domain that is taken, the reserved slug, and a template that is none", async () => {
    const { slug } = await makeWorld(admin);
    await call.tenants.create(input("made-first"));
    expect(await reasonOf(call.tenants.create(input(slug)))).toBe("tenants/slug-taken");
    expect(await reasonOf(call.tenants.create(input("platform")))).toBe("tenants/slug-taken");
    expect(await reasonOf(call.tenants.create({ ...input("made-2"), domain: "made-first.example.com" }))).toBe(
      "tenants/domain-taken",
    );
    expect(await reasonOf(call.tenants.create({ ...input("made-3"), templateKey: "no-such" }))).toBe(
      "templates/unknown-key",
    );
    const { rows } = await admin.query("select email from auth.identities where email = any($1)", [
      [`${slug}@example.com`, "made-2@example.com", "made-3@example.com", "platform@example.com"],
    ]);
    expect(rows).toEqual([]);
  });
});

test("a tenant is changed once for each version", async () => {
  const { tenantId: id } = await makeWorld(admin);
  const changes = {
    name: "Renamed",
    domain: `${id}.example.com`,
    subscriptionTier: "team",
    settings: { a: 1 },
  } as const;
  const changed = await call.tenants.update({ grantId, id, version: 1, ...changes });
  expect(changed).toMatchObject({ ...changes, version: 2 });
  expect(await reasonOf(call.tenants.update({ grantId, id, version: 1, name: "Again" }))).toBe("tenants/stale-version");
  expect((await call.tenants.update({ grantId, id, version: 2, domain: null })).domain).toBeNull();
});

describe("a tenant that is suspended", () => {
  test("D2: lets nobody in by session or key from the next call on, until it is activated, with everything as it was", async () => {
    const world = await makeWorld(admin);
    const { apiKey } = await makeApiKey(admin, world, ["documents.read"]);
    const read = async () => [
      (await ask(services, world, "documents.list")).error?.data.reason,
      (await ask(services, undefined, "documents.list", {}, { apiKey })).error?.data.reason,
    ];
    expect(await read()).toEqual([undefined, undefined]);
    expect(await suspend(world.tenantId)).toMatchObject({ status: "suspended", version: 2 });
    expect(await read()).toEqual(["tenants/suspended", "tenants/suspended"]);
    expect(await suspend(world.tenantId)).toMatchObject({ status: "suspended", version: 2 });
    const activate = () => call.tenants.activate({ grantId, id: world.tenantId, reason: "has paid" });
    expect(await activate()).toMatchObject({ status: "active", version: 3 });
    expect(await activate()).toMatchObject({ status: "active", version: 3 });
    expect(await read()).toEqual([undefined, undefined]);
    const why = await readByTenant(world, "platform.tenants.suspend");
    expect(why.filter(({ details }) => "reason" in details)).toMatchObject([
      { details: { reason: "has not paid" } },
      { details: { reason: "has not paid" } },
    ]);
  });

  test("is not the platform's own: its administrators are never shut out", async () => {
    expect(await reasonOf(suspend(operator.tenantId))).toBe("tenants/reserved");
    expect(await reasonOf(call.tenants.remove({ grantId, id: operator.tenantId, slug: "platform" }))).toBe(
      "tenants/not-suspended",
    );
    await expect(
      admin.query("update app.tenants set status = 'suspended' where id = $1", [operator.tenantId]),
    ).rejects.toThrow("tenants_platform_check");
  });
});

describe("a tenant that is removed", () => {
  test("is suspended first, named by its slug, and gone with everything; other tenants and persons of theirs stay as they were", async () => {
    const [world, neighbour] = [await makeWorld(admin), await makeWorld(admin)];
    const { tenantId: id, slug } = world;
    // A person of both tenants, whose account has to stay.
    await admin.query(
      `insert into app.users (tenant_id, id, identity_id, username, email, role, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'guest', 'guest@example.com', 'team_member', now(), now())`,
      [id, neighbour.identityId],
    );
    const before = await bytesOf(admin, neighbour);
    expect(await reasonOf(call.tenants.remove({ grantId, id, slug }))).toBe("tenants/not-suspended");
    await suspend(id);
    expect(await reasonOf(call.tenants.remove({ grantId, id, slug: neighbour.slug }))).toBe("tenants/slug-mismatch");
    expect(await call.tenants.remove({ grantId, id, slug })).toEqual({ id });
    expect(await bytesOf(admin, world)).toEqual([]);
    expect(await bytesOf(admin, neighbour)).toEqual(before);
    expect(await reasonOf(call.tenants.remove({ grantId, id, slug }))).toBe("tenants/not-found");
    const { rows } = await admin.query(
      "select details ->> 'slug' as slug from app.audit_logs where tenant_id = $1 and resource_id = $2 and action = 'platform.tenants.remove' and outcome = 'ok'",
      [operator.tenantId, id],
    );
    expect(rows).toEqual([{ slug }]);
  });
});
