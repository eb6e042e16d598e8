import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId, type SecretId, type TeamId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

const reasonOf = async (...question: Parameters<typeof ask>) => (await ask(...question)).error?.data.reason;

const auditOf = async (requestId: string): Promise<object[]> => {
  const { rows } = await admin.query<object>(
    `select user_id as "userId", action, outcome, resource_type as "resourceType", resource_id as "resourceId", details
     from app.audit_logs where request_id = $1`,
    [requestId],
  );
  return rows;
};

/** A tenant with two teams, a member of the first, and a secret for each team and for all. */
const makeAgency = async () => {
  const tenant = await makeTenant(admin);
  const { teams, secrets } = callerFor(services, tenant);
  const [own, other] = [await teams.create({ name: "Own" }), await teams.create({ name: "Other" })];
  const member = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  await admin.query("update app.users set team_id = $2 where id = $1", [member.userId, own.id]);
  return {
    tenant,
    member,
    own: await secrets.create({ name: "own", value: "of the own team", teamId: own.id }),
    other: await secrets.create({ name: "other", value: "of the other team", teamId: other.id }),
    all: await secrets.create({ name: "all", value: "of the whole tenant" }),
  };
};

test("E3: a secret goes into the locker, can be looked at without its value, and comes out by a reveal alone", async () => {
  const tenant = await makeTenant(admin);
  const { secrets } = callerFor(services, tenant);
  const made = await secrets.create({ name: " Mail API ", value: " sk-live-1\n" });
  const shown = {
    id: made.id,
    name: "Mail API",
    teamId: null,
    lastUsedAt: null,
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: expect.any(Date) as unknown,
  };
  expect(made).toEqual(shown);
  expect(await secrets.byId({ id: made.id })).toEqual(shown);
  expect(await secrets.list()).toEqual({ items: [shown], nextCursor: null });
  expect(await secrets.reveal({ id: made.id })).toEqual({ value: " sk-live-1\n" });
  const renewed = await secrets.update({ id: made.id, version: 1, value: "sk-live-2" });
  expect(renewed).toEqual({ ...shown, version: 2, lastUsedAt: expect.any(Date) as unknown });
  expect(await secrets.reveal({ id: made.id })).toEqual({ value: "sk-live-2" });
  await secrets.update({ id: made.id, version: 2, name: "Mail" });
  expect(await secrets.reveal({ id: made.id })).toEqual({ value: "sk-live-2" });
  expect(await secrets.remove({ id: made.id, version: 3 })).toEqual({ id: made.id });
  expect(await reasonOf(services, tenant, "secrets.reveal", { id: made.id })).toBe("secrets/not-found");
});

test("a secret of 64 KiB is revealed to the byte", async () => {
  const { secrets } = callerFor(services, await makeTenant(admin));
  const value = `\0${"é".repeat(32 * 1024 - 1)}x`;
  const { id } = await secrets.create({ name: "long", value });
  expect(await secrets.reveal({ id })).toEqual({ value });
});

test("names differ within a team and within what has none; two teams may use the same", async () => {
  const { tenant, own, other } = await makeAgency();
  const { secrets } = callerFor(services, tenant);
  for (const input of [{ name: "all" }, { name: "own", teamId: own.teamId }])
    expect((await ask(services, tenant, "secrets.create", { ...input, value: "x" })).error).toMatchObject({
      message: "that name is taken",
      data: { code: "CONFLICT", reason: "secrets/name-taken" },
    });
  await secrets.create({ name: "own", value: "x", teamId: other.teamId ?? null });
  await secrets.create({ name: "own", value: "x" });
  const moved = { id: own.id, version: 1, teamId: null };
  expect(await reasonOf(services, tenant, "secrets.update", moved)).toBe("secrets/name-taken");
});

test("E7: a member lists, reads and reveals the secrets of his team and of the whole tenant", async () => {
  const { member, own, all } = await makeAgency();
  const { secrets } = callerFor(services, member);
  expect((await secrets.list()).items.map(({ id }) => id).toSorted()).toEqual([own.id, all.id].toSorted());
  expect(await secrets.reveal({ id: own.id })).toEqual({ value: "of the own team" });
  expect(await secrets.reveal({ id: all.id })).toEqual({ value: "of the whole tenant" });
});

test("E7: another team's secret answers a member as one that never was, and is not taken out", async () => {
  const { tenant, member, other } = await makeAgency();
  for (const path of ["secrets.byId", "secrets.reveal"]) {
    const answer = await ask(services, member, path, { id: other.id });
    expect(answer.error?.data.reason).toBe("secrets/not-found");
    expect(answer).toEqual(await ask(services, member, path, { id: newId<SecretId>() }));
  }
  const { secrets } = callerFor(services, member);
  expect((await secrets.list({ teamId: other.teamId ?? null })).items).toEqual([]);
  expect((await secrets.list({ search: "other" })).items).toEqual([]);
  expect((await callerFor(services, tenant).secrets.byId({ id: other.id })).lastUsedAt).toBeNull();
});

test("a member can neither make, change nor remove the secrets that he may reveal", async () => {
  const { member, own } = await makeAgency();
  for (const [path, input] of [
    ["secrets.create", { name: "made", value: "x", teamId: own.teamId }],
    ["secrets.update", { id: own.id, version: 1, value: "x" }],
    ["secrets.remove", { id: own.id }],
  ] as const)
    expect(await reasonOf(services, member, path, input)).toBe("auth/forbidden");
});

test("a list is narrowed by team, by none, and by words of the name", async () => {
  const { tenant, own, all } = await makeAgency();
  const { secrets } = callerFor(services, tenant);
  expect((await secrets.list({ teamId: own.teamId ?? null })).items.map(({ id }) => id)).toEqual([own.id]);
  expect((await secrets.list({ teamId: null })).items.map(({ id }) => id)).toEqual([all.id]);
  expect((await secrets.list({ search: "OW" })).items.map(({ id }) => id)).toEqual([own.id]);
});

test("B8: each reveal leaves one audit row that says who revealed which secret", async () => {
  const { tenant, member, own } = await makeAgency();
  for (const requestId of [`reveal-1-${own.id}`, `reveal-2-${own.id}`]) {
    await callerFor(services, member, { requestId }).secrets.reveal({ id: own.id });
    expect(await auditOf(requestId)).toEqual([
      {
        userId: member.userId,
        action: "secrets.reveal",
        outcome: "ok",
        resourceType: "secrets",
        resourceId: own.id,
        details: { changed: ["last_used_at"] },
      },
    ]);
  }
  const { items } = await callerFor(services, tenant).auditLogs.list({ resourceId: own.id, action: "secrets.reveal" });
  expect(items).toHaveLength(2);
});

test("two reveals within one millisecond leave an audit row each", async () => {
  const { tenant, own } = await makeAgency();
  const at = { ...services, clock: () => new Date("2026-01-01T00:00:00Z") };
  for (const requestId of [`same-1-${own.id}`, `same-2-${own.id}`]) {
    await callerFor(at, tenant, { requestId }).secrets.reveal({ id: own.id });
    expect(await auditOf(requestId)).toMatchObject([{ action: "secrets.reveal", resourceId: own.id }]);
  }
});

test("a reveal notes when, and leaves the version and the time of the last change as they are", async () => {
  const { tenant, own } = await makeAgency();
  const now = new Date("2027-01-01T00:00:00Z");
  await callerFor({ ...services, clock: () => now }, tenant).secrets.reveal({ id: own.id });
  expect(await callerFor(services, tenant).secrets.byId({ id: own.id })).toEqual({ ...own, lastUsedAt: now });
});

test("B8: a reveal that was refused or failed is recorded as well", async () => {
  const { member, other } = await makeAgency();
  await ask(services, member, "secrets.reveal", { id: other.id }, { requestId: `failed-${other.id}` });
  expect(await auditOf(`failed-${other.id}`)).toMatchObject([
    { userId: member.userId, action: "secrets.reveal", outcome: "error", details: { reason: "secrets/not-found" } },
  ]);
});

test("a reveal that cannot be audited answers no value", async () => {
  const { tenant, own } = await makeAgency();
  await admin.query(`create function public.refuse() returns trigger language plpgsql as
    $$ begin if new.action = 'secrets.reveal' and new.outcome = 'ok' then raise exception 'no more room'; end if; return new; end $$`);
  await admin.query(
    "create trigger refuse before insert on app.audit_logs for each row execute function public.refuse()",
  );
  const answer = await ask(services, tenant, "secrets.reveal", { id: own.id });
  await admin.query("drop trigger refuse on app.audit_logs");
  await admin.query("drop function public.refuse()");
  expect(answer.error?.data.reason).toBe("server/unexpected");
  expect(JSON.stringify(answer)).not.toContain("of the own team");
  expect(await ask(services, tenant, "secrets.reveal", { id: own.id })).toEqual({ data: { value: "of the own team" } });
});

test("a change names the version that was read, and at least one change", async () => {
  const { tenant, own } = await makeAgency();
  await callerFor(services, tenant).secrets.update({ id: own.id, version: 1, name: "renamed" });
  const stale = { id: own.id, version: 1, value: "too late" };
  expect(await reasonOf(services, tenant, "secrets.update", stale)).toBe("secrets/stale-version");
  expect(await callerFor(services, tenant).secrets.reveal({ id: own.id })).toEqual({ value: "of the own team" });
  expect(await reasonOf(services, tenant, "secrets.update", { id: own.id, version: 2 })).toBe("input/invalid");
});

test("a secret belongs to a team that exists, and a team that has one cannot be removed", async () => {
  const { tenant, own } = await makeAgency();
  const input = { name: "made", value: "x", teamId: newId<TeamId>() };
  expect(await reasonOf(services, tenant, "secrets.create", input)).toBe("secrets/reference-not-found");
  await admin.query("update app.users set team_id = null where team_id = $1", [own.teamId]);
  expect(await reasonOf(services, tenant, "teams.remove", { id: own.teamId })).toMatch(/\/in-use$/);
});

test.each([
  [{ name: "", value: "hunter2" }, "name"],
  [{ name: "n", value: "" }, "value"],
  [{ name: "n" }, "value"],
  [{ name: "n", value: null }, "value"],
  [{ name: "n", value: ["hunter2"] }, "value"],
  [{ name: "n", value: `hunter2${"x".repeat(64 * 1024)}` }, "value"],
  [{ name: "n", value: "hunter2\uD800" }, "value"],
  [{ name: "n", value: "hunter2", teamId: "none" }, "teamId"],
])("input %# is refused with the field that is wrong, and its value is not shown", async (input, field) => {
  const tenant = await makeTenant(admin);
  const { error } = await ask(services, tenant, "secrets.create", input);
  expect(error?.data).toMatchObject({ reason: "input/invalid", fields: { [field]: expect.any(String) as unknown } });
  expect(JSON.stringify(error)).not.toContain("hunter2");
});
