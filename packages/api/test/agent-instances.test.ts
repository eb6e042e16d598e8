import { expect, test } from "vitest";
import { createNewId } from "@severalty/domain/ids";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const makeCaller = async () => {
  const world = await makeWorld(admin);
  const reasonOf = async (path: string, input: object) => (await ask(services, world, path, input)).error?.data.reason;
  const { agentInstances, subscriptions } = callerFor(services, world);
  return { world, reasonOf, agentInstances, subscriptions };
};

test("E2: an agent is deployed for a team, with its cookbook and configuration, and takes a place", async () => {
  const { world, agentInstances, subscriptions } = await makeCaller();
  const input = {
    agentRoleId: world.agentRoleId,
    cookbookId: world.cookbookId,
    teamId: world.teamId,
    customName: "  Ada ",
    avatarIcon: "🦉",
    configuration: { tone: "dry" },
  };
  const agent = await agentInstances.create(input);
  expect(agent).toEqual({
    ...input,
    id: expect.any(String) as unknown,
    customName: "Ada",
    status: "active",
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: agent.createdAt,
  });
  expect(await agentInstances.byId({ id: agent.id })).toEqual(agent);
  expect(await subscriptions.byId({ id: world.subscriptionId })).toMatchObject({ active: 2 });
});

test("E2: a retired agent gives its place back, once, and stays to be read", async () => {
  const { world, reasonOf, agentInstances, subscriptions } = await makeCaller();
  const { agentInstanceId: id } = world;
  expect(await agentInstances.retire({ id, version: 1 })).toMatchObject({ id, status: "retired", version: 2 });
  expect(await subscriptions.byId({ id: world.subscriptionId })).toMatchObject({ active: 0, version: 2 });
  for (const input of [{ id }, { id, version: 1 }, { id, version: 2 }])
    expect(await reasonOf("agentInstances.retire", input)).toBe("agentInstances/retired");
  expect(await subscriptions.byId({ id: world.subscriptionId })).toMatchObject({ active: 0, version: 2 });
  expect(await agentInstances.byId({ id })).toMatchObject({ status: "retired" });
});

test("an agent is not retired from a version that has passed, and keeps its place then", async () => {
  const { world, reasonOf, agentInstances, subscriptions } = await makeCaller();
  const { agentInstanceId: id } = world;
  await agentInstances.update({ id, version: 1, customName: "Grace" });
  expect(await reasonOf("agentInstances.retire", { id, version: 1 })).toBe("agentInstances/stale-version");
  expect(await subscriptions.byId({ id: world.subscriptionId })).toMatchObject({ active: 1 });
});

test("only a retired agent can be removed", async () => {
  const { world, agentInstances } = await makeCaller();
  const { error } = await ask(services, world, "agentInstances.remove", { id: world.agentInstanceId });
  expect(error).toMatchObject({
    message: "only a retired agent can be removed, this one is active",
    data: { code: "CONFLICT", reason: "agentInstances/not-retired" },
  });
  expect(await agentInstances.remove({ id: world.retiredAgentId, version: 1 })).toEqual({ id: world.retiredAgentId });
});

test("a deployment that refers to nothing, or whose role has no subscription, takes no place", async () => {
  const { world, reasonOf, agentInstances, subscriptions } = await makeCaller();
  const input = { agentRoleId: world.agentRoleId, teamId: world.teamId, customName: "Ada" };
  for (const field of ["agentRoleId", "cookbookId", "teamId"]) {
    const reason = await reasonOf("agentInstances.create", { ...input, [field]: createNewId()() });
    expect(reason).toBe("agentInstances/reference-not-found");
  }
  const without = { ...input, agentRoleId: world.bareRoleId };
  expect(await reasonOf("agentInstances.create", without)).toBe("subscriptions/none-free");
  expect(await subscriptions.byId({ id: world.subscriptionId })).toMatchObject({ active: 1 });
  expect((await agentInstances.list()).items).toHaveLength(2);
});

test("a list of agents is narrowed by role, cookbook, team, status and words", async () => {
  const { world, agentInstances } = await makeCaller();
  const idsOf = async (input: Parameters<typeof agentInstances.list>[0]) =>
    (await agentInstances.list(input)).items.map(({ id }) => id);
  const { agentInstanceId: active, retiredAgentId: retired } = world;
  expect(await idsOf({ agentRoleId: world.agentRoleId })).toEqual([retired, active]);
  expect(await idsOf({ agentRoleId: world.idleRoleId })).toEqual([]);
  expect(await idsOf({ cookbookId: world.cookbookId })).toEqual([active]);
  expect(await idsOf({ cookbookId: null })).toEqual([retired]);
  expect(await idsOf({ teamId: world.teamId, status: "active" })).toEqual([active]);
  expect(await idsOf({ teamId: world.emptyTeamId })).toEqual([]);
  expect(await idsOf({ search: "AGE" })).toEqual([active]);
});
