import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DomainError } from "./errors.ts";
import { parseRecipe, recipeYamlLengthMax } from "./recipe-yaml.ts";
import { recipeDefinition } from "./recipe.ts";

/** What is wrong with a text, or undefined when it is a recipe. Anything but a DomainError is thrown on. */
const faultOf = (sourceYaml: string): string | undefined => {
  try {
    parseRecipe(sourceYaml);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error).toMatchObject({ kind: "invalid-input", reason: "recipes/invalid-yaml" });
    expect(error.message).toMatch(/^line [1-9]\d*, column [1-9]\d*: ./);
    return error.message;
  }
};

/** A recipe whose one step is given a value. */
const given = (value: string) => `name: x\nsteps:\n  - id: a\n    uses: b\n    with: { a: ${value} }\n`;

const weekly = `
name: Weekly report
description: What happened, in one page.
inputs:
  - { name: week, type: number }
  - { name: tone, type: text, required: false }
steps:
  - id: collect
    uses: search
    with: { query: "week {{week}}", limit: 20 }
  - id: write
    uses: model
    prompt: |
      Write one page.
      Keep to facts.
    needs: [collect]
`;

test("E2: a recipe in YAML means its inputs and its steps, with what was left out filled in", () => {
  expect(parseRecipe(weekly)).toEqual({
    name: "Weekly report",
    description: "What happened, in one page.",
    inputs: [
      { name: "week", type: "number", required: true },
      { name: "tone", type: "text", required: false },
    ],
    steps: [
      { id: "collect", uses: "search", with: { query: "week {{week}}", limit: 20 }, needs: [] },
      { id: "write", uses: "model", prompt: "Write one page.\nKeep to facts.", needs: ["collect"] },
    ],
  });
});

test.each([
  ["name: x\nsteps:\n\t- id: a", "line 3, column 1: Tabs are not allowed as indentation"],
  ["name: x\nname: y\nsteps: []", "line 2, column 1: name is given twice"],
  ["name: x\n---\nname: y", "line 2, column 1: Source contains multiple documents"],
  ["name: x\nsteps:\n  - id: a\n    uses: b\n    oops: 1", 'line 5, column 11: steps.0.oops: Unrecognized key: "oops"'],
  [
    "name: x\nsteps:\n  - { id: a, uses: b, needs: [a] }",
    "line 3, column 31: steps.0.needs.0: needs a, which is no step",
  ],
  [
    `name: x\nsteps:\n  - { id: a, uses: b }\n  - { id: a, uses: b }`,
    "line 4, column 11: steps.1.id: the step a is named",
  ],
  ["name: x\nsteps: []", "line 2, column 8: steps: "],
  ["steps: 5", "line 1, column 1: name: "],
  ["", "line 1, column 1: recipe: "],
  [given(`"\\0"`), "line 5, column 16: steps.0.with.a: must contain no NUL character or lone surrogate"],
  [given(`"\\uD800"`), "line 5, column 16: steps.0.with.a: must contain no NUL character or lone surrogate"],
  [given("{ __proto__: 1 }"), "line 5, column 29: a key that cannot be stored"],
  [given(".inf"), "line 5, column 16: steps.0.with.a: "],
  [given("!!binary aGVsbG8="), "steps.0.with.a: "],
  [given("&a [*a]"), "a recipe nests at most 20 levels"],
  [given("[".repeat(30) + "]".repeat(30)), "a recipe nests at most 20 levels"],
])("the fault in %j is told with its line and column", (sourceYaml, fault) => {
  expect(faultOf(sourceYaml)).toContain(fault);
});

const padded = (length: number) => `${weekly}#${"x".repeat(length - weekly.length - 1)}`;

test("a recipe has as many characters as allowed, and not one more", () => {
  expect(faultOf(padded(recipeYamlLengthMax))).toBeUndefined();
  expect(faultOf(padded(recipeYamlLengthMax + 1))).toContain("at most 100000 characters, got 100001");
});

test("a text of many lines is refused at the line where there are too many", () => {
  expect(faultOf("#\n".repeat(6000))).toContain("line 5001, column 1: a recipe has at most 10000 marks");
});

test("aliases are expanded, but a few lines never become much", () => {
  const anchored = `name: x\nsteps:\n  - { id: a, uses: b, with: { a: &text hello, b: *text } }`;
  expect(parseRecipe(anchored).steps[0]?.with).toEqual({ a: "hello", b: "hello" });
  const levels = "bcdefghij"
    .split("")
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(", ")}]`);
  expect(faultOf(given(`&a [x, x, x, x, x, x, x, x, x], ${levels.join(", ")}`))).toContain("more than 50 aliases");
  const long = `&long "${"x".repeat(60_000)}", b: *long, c: *long, d: *long`;
  expect(faultOf(given(long))).toContain("at most 200000 characters of JSON");
});

test.each([
  ["flow", "["],
  ["pairs", "{a: "],
  ["sequences", "- "],
  ["keys", "? "],
  ["nested mappings", "a: "],
  ["quotes", '"'],
  ["documents", "---\n"],
  ["directives", "%a\n"],
  ["anchors", "&a "],
  ["tags", "!"],
  ["block scalars", "|\n"],
  ["distinct keys", "{"],
])("a text of nothing but %s is refused within a second of work", (_, part) => {
  const keys = Array.from({ length: 12_000 }, (__, at) => `k${at}: 1`).join(", ");
  const text = part === "{" ? `{${keys}}` : part.repeat(recipeYamlLengthMax / part.length);
  const before = process.cpuUsage();
  expect(faultOf(text)).toBeDefined();
  // It takes some 50 ms; without the bounds, from 1 to 30 seconds, in which the server answers nobody.
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});

const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "name: ",
        "steps:",
        "id: ",
        "uses: ",
        "with: ",
        "needs: ",
        "inputs:",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
      ),
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "&a ",
        "*a",
        "!!set ",
        "!!map ",
        "|\n",
        ">-\n",
        "'",
        '"',
        "? ",
        "<<: ",
      ),
      fc.constantFrom(
        "~",
        "1",
        "0x1f",
        ".nan",
        "true",
        "2020-01-01",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "\\0",
        "\t",
        "#",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

test("any text gives a definition that the schema accepts, or an error with line and column", () => {
  const text = fc.oneof(yamlish, fc.string({ unit: "binary", maxLength: 200 }), yamlish.map(given));
  fc.assert(
    fc.property(text, (sourceYaml) => {
      if (faultOf(sourceYaml) !== undefined) return;
      const definition = parseRecipe(sourceYaml);
      expect(recipeDefinition.parse(structuredClone(definition))).toEqual(definition);
      expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
    }),
    { numRuns: 600 },
  );
});

test("a definition written as YAML or as JSON means itself", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
  const text = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((value) => value.trim() === value && value !== "");
  const step = fc.record({
    uses: text,
    prompt: text,
    with: fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
  });
  const recipe = fc
    .record({ name: text, steps: fc.uniqueArray(word, { minLength: 1, maxLength: 5 }) })
    .chain(({ name, steps }) =>
      fc.tuple(...steps.map(() => step)).map((contents) => ({
        name,
        inputs: [],
        steps: contents.map((content, at) => ({ id: steps[at], ...content, needs: steps.slice(0, at) })),
      })),
    );
  fc.assert(
    fc.property(recipe, (made) => {
      expect(parseRecipe(JSON.stringify(made))).toEqual(made);
    }),
    { numRuns: 50 },
  );
});
