import { makeMember, makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

/** A tenant whose log is empty, and its caller. */
const makeCaller = async () => {
  const tenant = await makeTenant(admin);
  await admin.query("delete from app.audit_logs where tenant_id = $1", [tenant.tenantId]);
  return { tenant, auditLogs: callerFor(services, tenant).auditLogs };
};

const record = async ({ tenantId }: MadeTenant, timestamp: string, more: Record<string, unknown> = {}) => {
  const row = { actor_kind: "user", action: "documents.update", resource_type: "documents", ...more };
  const columns = ["tenant_id", "timestamp", "id", ...Object.keys(row)];
  const values = [tenantId, timestamp, newId(), ...Object.values(row)];
  await admin.query(
    `insert into app.audit_logs (${columns.join(", ")}) values (${values.map((_, at) => `$${at + 1}`).join(", ")})`,
    values,
  );
  return String(values[2]);
};

test("an audit record tells who did what to which row, when, and with which outcome", async () => {
  const { tenant, auditLogs } = await makeCaller();
  const { id } = await callerFor(services, tenant, { requestId: "r-1" }).documents.create({ title: "x" });
  expect(await auditLogs.list()).toEqual({
    items: [
      {
        id: expect.any(String) as unknown,
        timestamp: expect.any(Date) as unknown,
        userId: tenant.userId,
        actorKind: "user",
        action: "documents.create",
        outcome: "ok",
        resourceType: "documents",
        resourceId: id,
        details: {},
        requestId: "r-1",
        executionMs: expect.any(Number) as unknown,
      },
    ],
    nextCursor: null,
  });
});

test("the log is narrowed by actor, action, outcome, row, request and time", async () => {
  const { tenant, auditLogs } = await makeCaller();
  const [user, row] = [newId(), newId()];
  const old = await record(tenant, "2020-01-01T00:00:00.000Z", {
    user_id: user,
    actor_kind: "api_key",
    outcome: "denied",
  });
  const mid = await record(tenant, "2021-01-01T00:00:00.000Z", { action: "auth.login", resource_type: "sessions" });
  const young = await record(tenant, "2022-01-01T00:00:00.000Z", { resource_id: row, request_id: "r-7" });
  const idsOf = async (input: Parameters<typeof auditLogs.list>[0]) =>
    (await auditLogs.list(input)).items.map(({ id }) => id);
  expect(await idsOf({})).toEqual([young, mid, old]);
  expect(await idsOf({ userId: user })).toEqual([old]);
  expect(await idsOf({ actorKind: "api_key" })).toEqual([old]);
  expect(await idsOf({ outcome: "denied" })).toEqual([old]);
  expect(await idsOf({ action: "auth.login" })).toEqual([mid]);
  expect(await idsOf({ resourceType: "sessions" })).toEqual([mid]);
  expect(await idsOf({ resourceId: row })).toEqual([young]);
  expect(await idsOf({ requestId: "r-7" })).toEqual([young]);
  expect(await idsOf({ from: "2021-01-01T00:00:00Z", before: "2022-01-01T00:00:00Z" })).toEqual([mid]);
  expect(await idsOf({ resourceType: "documents", outcome: "ok" })).toEqual([young]);
  expect(await idsOf({ action: "auth.login", outcome: "denied" })).toEqual([]);
});

test("what was changed and what was refused is of one type, in the API's word for it", async () => {
  const { tenant, auditLogs } = await makeCaller();
  const client = callerFor(services, tenant);
  const { id } = await client.agentRoles.create({ name: "Analyst" });
  await expect(client.agentRoles.create({ name: "Analyst" })).rejects.toThrow("that name is taken");
  const { items } = await auditLogs.list({ resourceType: "agentRoles" });
  expect(items.map(({ resourceType, outcome, resourceId }) => [resourceType, outcome, resourceId])).toEqual([
    ["agentRoles", "error", null],
    ["agentRoles", "ok", id],
  ]);
});

test.each([1, 2, 3, 5])(
  "pages of %i visit each record once, many of one instant and new ones included",
  async (limit) => {
    const { tenant, auditLogs } = await makeCaller();
    const ids: string[] = [];
    for (const day of ["01", "02", "02", "02", "03"]) ids.unshift(await record(tenant, `2020-01-${day}T00:00:00.000Z`));
    const visited: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof auditLogs.list>> = await auditLogs.list({ limit, cursor });
      visited.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await record(tenant, "2020-01-04T00:00:00.000Z");
    }
    expect(visited).toEqual(ids);
  },
);

test("a cursor of another list, or with a time that is none, is refused", async () => {
  const { tenant } = await makeCaller();
  for (const values of [[tenant.userId], ["soon", tenant.userId], ["2020-01-01T00:00:00.000Z"]]) {
    const cursor = Buffer.from(JSON.stringify(values)).toString("base64url");
    const { error } = await ask(services, tenant, "auditLogs.list", { cursor });
    expect(error?.data.reason).toBe("input/invalid-cursor");
  }
});

test("administrators of the platform's tenant read its log; its users, and members of a team, read none", async () => {
  const { tenant } = await makeCaller();
  const asked = async (role: "agency_admin" | "admin" | "team_member" | "user") =>
    (await ask(services, await makeMember(admin, tenant.tenantId, { role }), "auditLogs.list")).error?.data.reason;
  expect(await asked("agency_admin")).toBeUndefined();
  expect(await asked("admin")).toBeUndefined();
  expect(await asked("team_member")).toBe("auth/forbidden");
  expect(await asked("user")).toBe("auth/forbidden");
});

test("no procedure changes or removes a record", async () => {
  const { tenant } = await makeCaller();
  const client = callerFor(services, tenant);
  expect(Object.keys((await import("../src/routers/audit-logs.ts")).auditLogsRouter._def.procedures)).toEqual(["list"]);
  await expect(client.auditLogs.list({ outcome: "ok" })).resolves.toMatchObject({ items: [] });
});
