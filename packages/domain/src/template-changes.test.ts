import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareTemplate } from "./template-changes.ts";
import { byIdentity, itemsOf, type TemplateItem, type TemplateItems } from "./template-items.ts";
import { templateDefinition } from "./template.ts";
import { compileTemplate } from "./template-source.ts";

const role = (name: string, description: string): TemplateItem => ({
  kind: "agentRole",
  name,
  content: { description, capabilities: [], defaultConfiguration: {} },
});
const items = (said: Record<string, string>): TemplateItems =>
  byIdentity(Object.entries(said).map(([name, description]) => role(name, description)));

const stateOf = (was: string | null, has: string | null, says: string | null) => {
  const [applied, current, newest] = [was, has, says].map((text) => items(text === null ? {} : { A: text }));
  const [change] = compareTemplate(applied ?? items({}), current ?? items({}), newest ?? items({}));
  return change === undefined ? undefined : `${change.state}${change.isNew ? ", new" : ""}`;
};

test.each([
  ["is added when only the newest version has it", null, null, "v2", "added, new"],
  ["is changed when it is as applied and the newest version says something else", "v1", "v1", "v2", "changed, new"],
  ["is removed when it is as applied and the newest version lacks it", "v1", "v1", null, "removed, new"],
  ["is unchanged when nobody changed it", "v1", "v1", "v1", "unchanged"],
  ["is unchanged when the tenant has made it what the newest version says", "v1", "v2", "v2", "unchanged, new"],
  ["is changed locally when the tenant changed it", "v1", "mine", "v2", "locallyChanged, new"],
  ["is changed locally though the template brings nothing new", "v1", "mine", "v1", "locallyChanged"],
  ["is changed locally when the tenant removed it", "v1", null, "v2", "locallyChanged, new"],
  ["is changed locally when the tenant had one of that name", null, "mine", "v2", "locallyChanged, new"],
  ["is changed locally when the template removes what the tenant changed", "v1", "mine", null, "locallyChanged, new"],
  ["is not listed when both removed it", "v1", null, null, undefined],
])("an item %s", (_, was, has, says, state) => {
  expect(stateOf(was, has, says)).toBe(state);
});

test("what the tenant made by itself is not listed", () => {
  expect(compareTemplate(items({}), items({ own: "mine" }), items({}))).toEqual([]);
});

test("a change shows what the tenant has, and what the newest version says", () => {
  const [change] = compareTemplate(items({ A: "v1" }), items({ A: "v1" }), items({ A: "v2" }));
  expect(change).toEqual({
    kind: "agentRole",
    name: "A",
    cookbook: null,
    state: "changed",
    isNew: true,
    before: role("A", "v1").content,
    after: role("A", "v2").content,
  });
});

const recipe = (cookbook: string, name: string): TemplateItem => ({
  kind: "recipe",
  cookbook,
  name,
  content: { sourceYaml: "x", status: "draft" },
});

test("recipes of one name in two cookbooks are two items, whatever the names are", () => {
  expect(byIdentity([recipe("a", "b"), recipe("b", "b"), recipe('a","b', "c"), recipe("a", 'b","c')]).size).toBe(4);
});

test("no item that the tenant made its own is ever offered for a change, and one that follows the template always is", () => {
  const said = fc.dictionary(fc.constantFrom("A", "B", "C"), fc.constantFrom("1", "2", "3"));
  fc.assert(
    fc.property(said, said, said, (was, has, says) => {
      for (const { name, state } of compareTemplate(items(was), items(has), items(says))) {
        const isTheNewest = has[name] === says[name];
        expect([name, state === "unchanged", state === "locallyChanged"]).toEqual([
          name,
          isTheNewest,
          !isTheNewest && has[name] !== was[name],
        ]);
      }
    }),
  );
});

const yaml = (name: string) => `name: ${name}\nsteps:\n  - id: one\n    uses: model\n`;
const source = (recipes: string[], cookbooks = ["Book"]) => ({
  key: "trial",
  version: 1,
  name: "Trial",
  description: "",
  config: { locale: "en" },
  agentRoles: [
    {
      name: "Role",
      description: "Does it.",
      capabilities: ["search"],
      cookbooks: cookbooks.map((name) => ({ name, description: "", recipes })),
    },
  ],
});

test("a template's recipes are stored with what their YAML means, under the name that the YAML gives", () => {
  const { definition } = compileTemplate(source([yaml("First")]));
  expect(definition.agentRoles[0]?.cookbooks[0]?.recipes).toEqual([
    {
      name: "First",
      sourceYaml: yaml("First"),
      definition: { name: "First", inputs: [], steps: [{ id: "one", uses: "model", needs: [] }] },
    },
  ]);
  expect([...itemsOf(definition).values()].map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "config locale",
    "agentRole Role",
    "cookbook Book",
    "recipe First",
  ]);
});

test.each([
  ["a recipe that is no YAML of a recipe", () => compileTemplate(source(["name: First\n"])), "steps"],
  [
    "two recipes of one name in a cookbook",
    () => compileTemplate(source([yaml("First"), yaml("First")])),
    "recipe of the cookbook Book First is named twice",
  ],
  ["two cookbooks of one name", () => compileTemplate(source([], ["Book", "Book"])), "cookbook Book is named twice"],
  ["a key that is no slug", () => compileTemplate({ ...source([]), key: "A template" }), "template key must be"],
  ["a version that is none", () => compileTemplate({ ...source([]), version: 0 }), "version"],
  [
    "an unknown key of the configuration",
    () => templateDefinition.parse({ config: { colour: "red" }, agentRoles: [] }),
    "colour",
  ],
])("a template with %s is refused", (_, make, word) => {
  expect(make).toThrow(word);
});
