import { expect, test } from "vitest";
import { entityArguments, usage } from "./arguments.ts";
import { fieldTypes, parseFields } from "./field.ts";

test("an entity has a name, fields and perhaps a plural", () => {
  const positionals = ["entity", "person", "name:text", "born:date?"];
  const fields = ["name:text", "born:date?"];
  expect(entityArguments({ positionals, values: {} })).toEqual({ name: "person", fields, plural: undefined });
  expect(entityArguments({ positionals, values: { plural: "people" } })).toEqual({
    name: "person",
    fields,
    plural: "people",
  });
});

test.each([
  [[], "what can be generated is an entity, got nothing"],
  [["router", "a"], "what can be generated is an entity, got router"],
  [["entity"], "an entity needs a name"],
])("%j is refused, and the message says why", (positionals, message) => {
  expect(() => entityArguments({ positionals, values: {} })).toThrow(message);
});

test("help tells every type, and its example is one that can be read", () => {
  for (const type of [...Object.keys(fieldTypes), "ref(table)"]) expect(usage).toContain(`\n             ${type} `);
  const [, example = ""] = /pnpm gen entity invoice (.*)$/.exec(usage) ?? [];
  expect(parseFields(example.replaceAll("'", "").split(" ")).map(({ name }) => name)).toEqual([
    "number",
    "amount",
    "due",
    "customerId",
  ]);
});
