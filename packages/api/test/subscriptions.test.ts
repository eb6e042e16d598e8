import { makeMember } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

/** An administrator, a role with `allocated` free places, and a deployment of it. */
const makeRole = async (allocated: number) => {
  const world = await makeWorld(admin);
  const caller = callerFor(services, world);
  const { id: agentRoleId } = await caller.agentRoles.create({ name: "Researcher" });
  const subscription = await caller.subscriptions.create({ agentRoleId, purchased: 5, allocated });
  const input = { agentRoleId, teamId: world.teamId, customName: "Ada" };
  const deploy = () => ask(services, world, "agentInstances.create", input);
  return { world, caller, subscriptionId: subscription.id, agentRoleId, input, deploy };
};

test("E3: of twenty deployments at once on three places, three succeed, and the count says so", async () => {
  const { caller, subscriptionId, agentRoleId, deploy } = await makeRole(3);
  const answers = await Promise.all(Array.from({ length: 20 }, deploy));
  const refused = answers.flatMap(({ error }) => (error === undefined ? [] : [error]));
  expect(refused).toHaveLength(17);
  for (const error of refused) {
    expect(error).toMatchObject({
      message: "no allocated place of that role's subscription is free",
      data: { code: "CONFLICT", httpStatus: 409, reason: "subscriptions/none-free" },
    });
  }
  expect(await caller.subscriptions.byId({ id: subscriptionId })).toMatchObject({
    allocated: 3,
    active: 3,
    version: 4,
  });
  expect((await caller.agentInstances.list({ agentRoleId })).items).toHaveLength(3);
});

test("E3: of deployments and retirements at once, the count is what is at work afterwards", async () => {
  const { world, caller, subscriptionId, agentRoleId, deploy } = await makeRole(4);
  await Promise.all([deploy(), deploy(), deploy()]);
  const { items } = await caller.agentInstances.list({ agentRoleId });
  const retire = (id: string) => ask(services, world, "agentInstances.retire", { id });
  const twice = items.flatMap(({ id }) => [retire(id), retire(id)]);
  const answers = await Promise.all([...twice, deploy(), deploy()]);
  expect(answers.slice(0, 6).filter(({ error }) => error === undefined)).toHaveLength(3);
  const active = await caller.agentInstances.list({ agentRoleId, status: "active" });
  expect(await caller.subscriptions.byId({ id: subscriptionId })).toMatchObject({ active: active.items.length });
});

test("a place that is lowered away while somebody deploys is either had or gone, never both", async () => {
  const { world, caller, subscriptionId, deploy } = await makeRole(1);
  const lower = { id: subscriptionId, version: 1, allocated: 0 };
  const [deployed, lowered] = await Promise.all([deploy(), ask(services, world, "subscriptions.update", lower)]);
  expect([deployed, lowered].filter(({ error }) => error === undefined)).toHaveLength(1);
  const { allocated, active } = await caller.subscriptions.byId({ id: subscriptionId });
  expect(allocated).toBe(active);
});

test("E3: counts that break a rule are refused with the rule and the value that was seen", async () => {
  const { world, caller, subscriptionId: id, deploy, agentRoleId } = await makeRole(3);
  await Promise.all([deploy(), deploy()]);
  const { version } = await caller.subscriptions.byId({ id });
  const refusal = async (path: string, input: object) => (await ask(services, world, path, input)).error;
  expect(await refusal("subscriptions.update", { id, version, allocated: 1 })).toMatchObject({
    message: "allocated must be at least the number of agents at work, which is 2, got 1",
    data: { code: "CONFLICT", reason: "subscriptions/allocated-below-active" },
  });
  expect(await refusal("subscriptions.update", { id, version, purchased: 2 })).toMatchObject({
    message: "allocated must be at most purchased, which is 2, got 3",
    data: { code: "CONFLICT", reason: "subscriptions/allocated-above-purchased" },
  });
  expect((await refusal("subscriptions.update", { id, version: 1, allocated: 1 }))?.data.reason).toBe(
    "subscriptions/stale-version",
  );
  await caller.subscriptions.update({ id, version, allocated: 2, purchased: 2 });
  const again = { agentRoleId, purchased: 1, allocated: 2 };
  expect((await refusal("subscriptions.create", again))?.data.reason).toBe("subscriptions/allocated-above-purchased");
  expect((await refusal("subscriptions.create", { agentRoleId, purchased: 1 }))?.data.reason).toBe(
    "subscriptions/agent-role-id-taken",
  );
});

test.each([{ active: 1 }, { purchased: -1 }, { allocated: 1.5 }, { purchased: 1_000_001 }])(
  "nobody sets %j of a subscription",
  async (changes) => {
    const { world, subscriptionId: id } = await makeRole(3);
    const { error } = await ask(services, world, "subscriptions.update", { id, version: 1, allocated: 2, ...changes });
    expect(error?.data.reason).toBe("input/invalid");
  },
);

test("a subscription under which agents are at work cannot be removed; once they are retired it can", async () => {
  const { world, caller, subscriptionId: id, input } = await makeRole(2);
  const agent = await caller.agentInstances.create(input);
  const { error } = await ask(services, world, "subscriptions.remove", { id });
  expect(error).toMatchObject({
    message: "agents are at work under the subscription: retire them first, got 1",
    data: { code: "CONFLICT", reason: "subscriptions/in-use" },
  });
  await caller.agentInstances.retire({ id: agent.id });
  expect(await caller.subscriptions.remove({ id })).toEqual({ id });
});

test("a member reads subscriptions and changes none", async () => {
  const { world, subscriptionId: id, agentRoleId } = await makeRole(2);
  const member = await makeMember(admin, world.tenantId, { role: "team_member" });
  const { subscriptions } = callerFor(services, member);
  expect((await subscriptions.list({ agentRoleId })).items).toEqual([await subscriptions.byId({ id })]);
  const { error } = await ask(services, member, "subscriptions.update", { id, version: 1, purchased: 9 });
  expect(error?.data.reason).toBe("auth/forbidden");
});
