import { makeMember } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();

const refusal = (noun: string, by: string) => ({
  message: `the row is still referenced from ${by}`,
  data: { code: "CONFLICT", httpStatus: 409, reason: `${noun}/in-use` },
});

const parents: readonly [string, (world: World) => string, string][] = [
  ["teams", ({ teamId }) => teamId, "agentInstances (2), documents (1), secrets (1), tasks (1) and users (1)"],
  ["agentRoles", ({ agentRoleId }) => agentRoleId, "agentInstances (2), cookbooks (1) and subscriptions (1)"],
  ["cookbooks", ({ cookbookId }) => cookbookId, "abTests (1), agentInstances (1) and tasks (1)"],
  ["recipes", ({ recipeId }) => recipeId, "abTests (1) and tasks (1)"],
  ["documents", ({ documentId }) => documentId, "documents (1)"],
  ["users", ({ userId }) => userId, "apiKeys (1) and documents (2)"],
];

test.each(parents)("one of %s with children cannot be removed, and is told what keeps it", async (noun, idOf, by) => {
  const world = await makeWorld(admin);
  await makeWorld(admin);
  const id = idOf(world);
  for (const input of [{ id }, { id, version: 1 }]) {
    const { error } = await ask(services, world, `${noun}.remove`, input);
    expect(error).toMatchObject(refusal(noun, by));
  }
  expect((await ask(services, world, `${noun}.byId`, { id })).data).toMatchObject({ id, version: 1 });
});

test("a retired agent that has tasks cannot be removed; without them it can", async () => {
  const world = await makeWorld(admin);
  const { agentInstances, tasks } = callerFor(services, world);
  const { agentInstanceId: id } = world;
  await agentInstances.retire({ id });
  const { error } = await ask(services, world, "agentInstances.remove", { id });
  expect(error).toMatchObject(refusal("agentInstances", "tasks (1)"));
  await tasks.cancel({ id: world.taskId });
  await tasks.remove({ id: world.taskId });
  expect(await agentInstances.remove({ id })).toEqual({ id });
});

test("a removed cookbook takes its recipes along, once nothing tells of them", async () => {
  const world = await makeWorld(admin);
  const { cookbooks, recipes } = callerFor(services, world);
  const sourceYaml = "name: Only\nsteps: [{ id: only, uses: search }]";
  const recipe = await recipes.create({ cookbookId: world.bareCookbookId, name: "only", sourceYaml });
  await cookbooks.remove({ id: world.bareCookbookId, version: 1 });
  const { error } = await ask(services, world, "recipes.byId", { id: recipe.id });
  expect(error?.data.reason).toBe("recipes/not-found");
  expect((await recipes.list()).items).toHaveLength(2);
});

test("a removed A/B test takes its results along", async () => {
  const world = await makeWorld(admin);
  await callerFor(services, world).abTests.remove({ id: world.abTestId });
  const { rows } = await admin.query("select from app.ab_test_results where tenant_id = $1", [world.tenantId]);
  expect(rows).toEqual([]);
});

test("a removed user's session ends, and the person can still sign in to other tenants", async () => {
  const world = await makeWorld(admin);
  const colleague = await makeMember(admin, world.tenantId, { role: "team_member" });
  await callerFor(services, world).users.remove({ id: colleague.userId, version: 1 });
  expect((await ask(services, colleague, "auth.me")).error?.data.reason).toBe("auth/session-ended");
  const { rows } = await admin.query("select status from auth.identities where id = $1", [colleague.identityId]);
  expect(rows).toEqual([{ status: "active" }]);
});

test("the last administrator cannot be removed", async () => {
  const world = await makeWorld(admin);
  const { documents, users } = callerFor(services, world);
  await users.remove({ id: world.colleagueId });
  await documents.remove({ id: world.leafId });
  await documents.remove({ id: world.documentId });
  await admin.query("delete from app.tenant_api_keys where tenant_id = $1", [world.tenantId]);
  expect((await ask(services, world, "users.remove", { id: world.userId })).error?.data.reason).toBe(
    "users/last-admin",
  );
});

test("children that a member does not see are not counted for him, but keep the parent all the same", async () => {
  const world = await makeWorld(admin);
  const member = await makeMember(admin, world.tenantId, { role: "team_member", teamId: world.emptyTeamId });
  const { error } = await ask(services, member, "documents.remove", { id: world.documentId });
  expect(error).toMatchObject(refusal("documents", "documents of another team"));
  await callerFor(services, member).documents.create({ title: "seen", parentId: world.documentId });
  const again = await ask(services, member, "documents.remove", { id: world.documentId });
  expect(again.error).toMatchObject(refusal("documents", "documents (1)"));
});

test("a removal that failed leaves its transaction as it was: the failure is in the audit log, and nothing else", async () => {
  const world = await makeWorld(admin);
  const requestId = `request-${createNewId()()}`;
  await ask(services, world, "teams.remove", { id: world.teamId }, { requestId });
  const { rows } = await admin.query("select action, outcome, details from app.audit_logs where request_id = $1", [
    requestId,
  ]);
  expect(rows).toEqual([{ action: "teams.remove", outcome: "error", details: { reason: "teams/in-use" } }]);
});
