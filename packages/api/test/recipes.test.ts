import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const sourceYaml = `# Kept as it is
name: Weekly report
steps:
  - id: collect
    uses: search
    with: { query: "last week" }
`;

test("E2: a role has a cookbook, whose recipe is kept as it was written and as what it means", async () => {
  const caller = callerFor(services, await makeWorld(admin));
  const role = await caller.agentRoles.create({
    name: "Reporter",
    capabilities: ["web-search"],
    defaultConfiguration: { model: "small" },
  });
  expect(role).toMatchObject({ description: "", capabilities: ["web-search"], version: 1 });
  const cookbook = await caller.cookbooks.create({ agentRoleId: role.id, name: "Reports" });
  const recipe = await caller.recipes.create({ cookbookId: cookbook.id, name: "Weekly", sourceYaml });
  expect(recipe).toMatchObject({
    status: "draft",
    sourceYaml,
    definition: {
      name: "Weekly report",
      inputs: [],
      steps: [{ id: "collect", uses: "search", with: { query: "last week" }, needs: [] }],
    },
  });
  expect(await caller.recipes.byId({ id: recipe.id })).toEqual(recipe);
  const { sourceYaml: _, definition: __, ...summary } = recipe;
  expect((await caller.recipes.list({ cookbookId: cookbook.id })).items).toEqual([summary]);
  expect((await caller.cookbooks.list({ agentRoleId: role.id })).items).toEqual([cookbook]);
});

test("a changed recipe means what its new text says; a new name or state leaves that alone", async () => {
  const world = await makeWorld(admin);
  const { recipes } = callerFor(services, world);
  const made = await recipes.create({ cookbookId: world.cookbookId, name: "Weekly", sourceYaml });
  const published = await recipes.update({ id: made.id, version: 1, status: "published" });
  expect(published).toMatchObject({ status: "published", sourceYaml, definition: made.definition, version: 2 });
  const text = sourceYaml.replace("last week", "last month");
  const changed = await recipes.update({ id: made.id, version: 2, sourceYaml: text });
  expect(changed).toMatchObject({ sourceYaml: text, definition: { steps: [{ with: { query: "last month" } }] } });
});

test.each(["create", "update"])(
  "a fault in the YAML of a recipe is told by %s with its line and column",
  async (verb) => {
    const world = await makeWorld(admin);
    const input = {
      create: { cookbookId: world.cookbookId, name: "Weekly" },
      update: { id: world.recipeId, version: 1 },
    }[verb];
    const broken = { ...input, sourceYaml: sourceYaml.replace("collect", "Collect!") };
    const { error } = await ask(services, world, `recipes.${verb}`, broken);
    expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "recipes/invalid-yaml" });
    expect(error?.message).toBe(
      'line 4, column 9: steps.0.id: must be 1 to 64 characters of a-z, 0-9, _ and -, and begin with a letter, got "Collect!" (8 characters)',
    );
  },
);

test("names of roles and cookbooks differ within the tenant, names of recipes within their cookbook", async () => {
  const world = await makeWorld(admin);
  const reasonOf = async (path: string, input: object) => (await ask(services, world, path, input)).error?.data.reason;
  const { agentRoleId, cookbookId, bareCookbookId } = world;
  expect(await reasonOf("agentRoles.create", { name: "role" })).toBe("agentRoles/name-taken");
  expect(await reasonOf("cookbooks.create", { agentRoleId, name: "cookbook" })).toBe("cookbooks/name-taken");
  expect(await reasonOf("recipes.create", { cookbookId, name: "recipe", sourceYaml })).toBe("recipes/name-taken");
  const elsewhere = { cookbookId: bareCookbookId, name: "recipe", sourceYaml };
  expect(await reasonOf("recipes.create", elsewhere)).toBeUndefined();
});

test("lists of roles, cookbooks and recipes are narrowed by state and words", async () => {
  const world = await makeWorld(admin);
  const { agentRoles, cookbooks, recipes } = callerFor(services, world);
  const made = await recipes.create({ cookbookId: world.cookbookId, name: "x", sourceYaml, status: "published" });
  expect((await recipes.list({ search: "KEPT week" })).items.map(({ id }) => id)).toEqual([made.id]);
  expect((await recipes.list({ status: "published" })).items.map(({ id }) => id)).toEqual([made.id]);
  expect((await agentRoles.list({ search: "idl" })).items.map(({ id }) => id)).toEqual([world.idleRoleId]);
  expect((await cookbooks.list({ search: "bare" })).items.map(({ id }) => id)).toEqual([world.bareCookbookId]);
});

test.each([
  [{ capabilities: ["a", "a"] }, "capabilities"],
  [{ capabilities: [""] }, "capabilities.0"],
  [{ name: "x".repeat(121) }, "name"],
  [{ defaultConfiguration: { a: "\0" } }, "defaultConfiguration"],
])("a role made of %j is refused with the field that is wrong", async (input, field) => {
  const { error } = await ask(services, await makeWorld(admin), "agentRoles.create", { name: "Reporter", ...input });
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
});
