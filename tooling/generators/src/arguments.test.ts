import { expect, test } from "vitest";
import { readArguments, usage } from "./arguments.ts";
import { fieldTypes, parseFields } from "./field.ts";

test("an entity has a name, fields and options, in any order", () => {
  expect(readArguments(["entity", "--dry-run", "person", "name:text", "--plural", "people", "born:date?"])).toEqual({
    name: "person",
    fields: ["name:text", "born:date?"],
    plural: "people",
    isDryRun: true,
  });
});

test.each([
  [[], "what can be generated is an entity, got nothing"],
  [["router", "a"], "what can be generated is an entity, got router"],
  [["entity"], "an entity needs a name"],
  [["entity", "zebra", "--colour"], "Unknown option '--colour'"],
])("%j is refused, and the message says why", (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});

test("help tells every type, and its example is one that can be read", () => {
  expect(readArguments(["--help"])).toBeUndefined();
  for (const type of [...Object.keys(fieldTypes), "ref(table)"]) expect(usage).toContain(`\n             ${type} `);
  const [, example = ""] = /pnpm gen entity invoice (.*)$/.exec(usage) ?? [];
  expect(parseFields(example.replaceAll("'", "").split(" ")).map(({ name }) => name)).toEqual([
    "number",
    "amount",
    "due",
    "customerId",
  ]);
});
