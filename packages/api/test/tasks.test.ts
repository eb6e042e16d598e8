import { makeMember } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const makeCaller = async () => {
  const world = await makeWorld(admin);
  const reasonOf = async (path: string, input: object) => (await ask(services, world, path, input)).error?.data.reason;
  const bring = (status: string, more = "") =>
    admin.query(`update app.task_queue set status = $2 ${more} where id = $1`, [world.taskId, status]);
  return { world, reasonOf, bring, tasks: callerFor(services, world).tasks };
};

test("E4: a task for an agent by a recipe is queued for its team, at once and three times unless told otherwise", async () => {
  const { world, tasks } = await makeCaller();
  const references = { agentInstanceId: world.agentInstanceId, recipeId: world.recipeId };
  const task = await tasks.create({ kind: "report", payload: { week: 7 }, ...references });
  expect(task).toEqual({
    ...references,
    id: expect.any(String) as unknown,
    teamId: world.teamId,
    kind: "report",
    payload: { week: 7 },
    priority: 0,
    status: "pending",
    runAt: task.createdAt,
    attempts: 0,
    maxAttempts: 3,
    result: null,
    error: null,
    startedAt: null,
    finishedAt: null,
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: task.createdAt,
  });
  expect(await tasks.byId({ id: task.id })).toEqual(task);
  const { payload: _, result: __, error: ___, ...summary } = task;
  expect((await tasks.list({ kind: "report" })).items).toEqual([summary]);
  expect(await tasks.create({ kind: "report", ...references, teamId: null })).toMatchObject({ teamId: null });
  expect(await tasks.create({ kind: "report", runAt: "2030-01-01T00:00:00+01:00" })).toMatchObject({
    teamId: null,
    runAt: new Date("2029-12-31T23:00:00Z"),
  });
});

test("a pending or running task is cancelled, and no worker holds it any more", async () => {
  const { world, bring, tasks } = await makeCaller();
  await bring(
    "running",
    ", lease_token = gen_random_uuid(), leased_by = 'worker', lease_expires_at = now() + interval '1 minute'",
  );
  const cancelled = await tasks.cancel({ id: world.taskId, version: 1 });
  expect(cancelled).toMatchObject({ status: "cancelled", version: 2, finishedAt: cancelled.updatedAt });
  const { rows } = await admin.query(
    "select from app.task_queue where id = $1 and lease_token is null and leased_by is null and lease_expires_at is null",
    [world.taskId],
  );
  expect(rows).toHaveLength(1);
  const { id } = await tasks.create({ kind: "pending" });
  expect(await tasks.cancel({ id })).toMatchObject({ status: "cancelled" });
});

test.each(["completed", "failed", "cancelled"])(
  "a task that is %s cannot be cancelled, and says so",
  async (status) => {
    const { world, bring } = await makeCaller();
    await bring(status);
    const { error } = await ask(services, world, "tasks.cancel", { id: world.taskId, version: 1 });
    expect(error).toMatchObject({
      message: `only a task that is pending or running can be cancelled, this one is ${status}`,
      data: { code: "CONFLICT", httpStatus: 409, reason: `tasks/${status}` },
    });
  },
);

test.each(["running", "completed", "failed", "cancelled"])("a task that is %s cannot be changed", async (status) => {
  const { world, bring, reasonOf } = await makeCaller();
  await bring(status);
  expect(await reasonOf("tasks.update", { id: world.taskId, version: 1, priority: 1 })).toBe(`tasks/${status}`);
});

test("only a task that has ended can be removed", async () => {
  const { world, bring, reasonOf, tasks } = await makeCaller();
  for (const status of ["pending", "running"]) {
    await bring(status);
    expect(await reasonOf("tasks.remove", { id: world.taskId })).toBe(`tasks/${status}`);
  }
  await bring("failed");
  expect(await tasks.remove({ id: world.taskId, version: 1 })).toEqual({ id: world.taskId });
});

test("a task that a worker takes between two looks is neither changed nor removed by the version read before", async () => {
  const { world, bring, reasonOf } = await makeCaller();
  await bring("pending", ", version = version + 1");
  expect(await reasonOf("tasks.update", { id: world.taskId, version: 1, priority: 1 })).toBe("tasks/stale-version");
  expect(await reasonOf("tasks.cancel", { id: world.taskId, version: 1 })).toBe("tasks/stale-version");
});

test("a pending task changes its payload, priority, time and attempts", async () => {
  const { world, tasks } = await makeCaller();
  const changes = { payload: { a: 1 }, priority: -100, maxAttempts: 100 };
  const changed = await tasks.update({ id: world.taskId, version: 1, ...changes, runAt: "2030-01-01T00:00:00Z" });
  expect(changed).toMatchObject({ ...changes, runAt: new Date("2030-01-01T00:00:00Z"), version: 2 });
});

test("a retired agent takes no tasks", async () => {
  const { world, reasonOf } = await makeCaller();
  const input = { kind: "report", agentInstanceId: world.retiredAgentId };
  expect(await reasonOf("tasks.create", input)).toBe("agentInstances/retired");
});

test("a list of tasks is narrowed by state, kind, team, agent, recipe and the time they were made", async () => {
  const { world, tasks } = await makeCaller();
  const { taskId: pending, endedTaskId: ended } = world;
  await admin.query("update app.task_queue set created_at = '2020-01-01T00:00:00Z' where id = $1", [pending]);
  const idsOf = async (input: Parameters<typeof tasks.list>[0]) => (await tasks.list(input)).items.map(({ id }) => id);
  expect(await idsOf({})).toEqual([ended, pending]);
  expect(await idsOf({ status: "pending" })).toEqual([pending]);
  expect(await idsOf({ kind: "ended" })).toEqual([ended]);
  expect(await idsOf({ teamId: world.teamId })).toEqual([ended]);
  expect(await idsOf({ teamId: null })).toEqual([pending]);
  expect(await idsOf({ agentInstanceId: world.agentInstanceId })).toEqual([pending]);
  expect(await idsOf({ agentInstanceId: null })).toEqual([ended]);
  expect(await idsOf({ recipeId: world.recipeId })).toEqual([pending]);
  expect(await idsOf({ createdBefore: "2020-01-01T00:00:00.001Z" })).toEqual([pending]);
  expect(await idsOf({ createdFrom: "2020-01-01T00:00:00.001Z" })).toEqual([ended]);
  expect(await idsOf({ limit: 1 })).toEqual([ended]);
});

test.each([
  [{ kind: "" }, "kind"],
  [{ priority: 101 }, "priority"],
  [{ maxAttempts: 0 }, "maxAttempts"],
  [{ runAt: "tomorrow" }, "runAt"],
  [{ payload: [] }, "payload"],
  [{ status: "completed" }, "input"],
])("a task made of %j is refused with the field that is wrong", async (input, field) => {
  const world = await makeWorld(admin);
  const { error } = await ask(services, world, "tasks.create", { kind: "report", ...input });
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
});

test("a member without a team works on the tasks of the whole tenant", async () => {
  const { world } = await makeCaller();
  const member = await makeMember(admin, world.tenantId, { role: "team_member" });
  const { tasks } = callerFor(services, member);
  expect((await tasks.list()).items.map(({ id }) => id)).toEqual([world.taskId]);
  expect(await tasks.cancel({ id: world.taskId })).toMatchObject({ status: "cancelled" });
});
