import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId, type TeamId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

const reasonOf = async (...question: Parameters<typeof ask>) => {
  const answer = JSON.stringify(await ask(...question));
  return /"reason":"([^"]+)"/.exec(answer)?.[1];
};

test("E1: an administrator makes a team, puts a member into it, and finds the members of it", async () => {
  const tenant = await makeTenant(admin);
  const colleague = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  const { teams, users } = callerFor(services, tenant);
  const team = await teams.create({ name: "  Design " });
  expect(team).toMatchObject({ name: "Design", description: "", version: 1 });
  await users.update({ id: colleague.userId, version: 1, teamId: team.id });
  expect((await users.list({ teamId: team.id })).items.map(({ id }) => id)).toEqual([colleague.userId]);
  expect((await users.list({ teamId: null })).items.map(({ id }) => id)).toEqual([tenant.userId]);
});

test("two teams of one tenant differ in name; teams of two tenants need not", async () => {
  const [one, other] = [await makeTenant(admin), await makeTenant(admin)];
  await callerFor(services, one).teams.create({ name: "Design" });
  expect(await reasonOf(services, one, "teams.create", { name: "Design" })).toBe("teams/name-taken");
  await callerFor(services, other).teams.create({ name: "Design" });
});

test("a change of a team names the version that was read, and at least one change", async () => {
  const tenant = await makeTenant(admin);
  const { teams } = callerFor(services, tenant);
  const { id } = await teams.create({ name: "Design" });
  expect(await teams.update({ id, version: 1, description: "Brand and web" })).toMatchObject({
    name: "Design",
    description: "Brand and web",
    version: 2,
  });
  expect(await reasonOf(services, tenant, "teams.update", { id, version: 1, name: "Web" })).toBe("teams/stale-version");
  expect(await reasonOf(services, tenant, "teams.update", { id, version: 2 })).toBe("input/invalid");
});

test.each([
  [{ name: "" }, "name"],
  [{ name: "x".repeat(121) }, "name"],
  [{ name: "a\0b" }, "name"],
  [{ name: "Design", description: "x".repeat(2001) }, "description"],
])("a team made of %j is refused with the field that is wrong", async (input, field) => {
  const tenant = await makeTenant(admin);
  const answer = JSON.stringify(await ask(services, tenant, "teams.create", input));
  expect(answer).toContain('"reason":"input/invalid"');
  expect(answer).toContain(`"fields":{"${field}":`);
});

test("a user cannot be put into a team that does not exist", async () => {
  const tenant = await makeTenant(admin);
  const teamId = newId<TeamId>();
  const input = { id: tenant.userId, version: 1, teamId };
  expect(await reasonOf(services, tenant, "users.update", input)).toBe("users/reference-not-found");
});

test("the last administrator can be neither demoted nor disabled; with a second one the first can", async () => {
  const tenant = await makeTenant(admin);
  const { users } = callerFor(services, tenant);
  const demotion = { id: tenant.userId, version: 1, role: "team_member" as const };
  expect(await reasonOf(services, tenant, "users.update", demotion)).toBe("users/last-admin");
  const disabling = { id: tenant.userId, version: 1, status: "disabled" };
  expect(await reasonOf(services, tenant, "users.update", disabling)).toBe("users/last-admin");
  const colleague = await makeMember(admin, tenant.tenantId, { role: "team_member" });
  await users.update({ id: colleague.userId, version: 1, role: "agency_admin" });
  expect(await users.update(demotion)).toMatchObject({ role: "team_member", version: 2 });
  expect(await reasonOf(services, tenant, "users.list", {})).toBe("auth/session-ended");
});

test("nobody becomes an administrator of the platform by an update", async () => {
  const tenant = await makeTenant(admin);
  const input = { id: tenant.userId, version: 1, role: "admin" };
  expect(await reasonOf(services, tenant, "users.update", input)).toBe("input/invalid");
});
