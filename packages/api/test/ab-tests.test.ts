import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const makeTest = async () => {
  const world = await makeWorld(admin);
  const { abTests } = callerFor(services, world);
  const input = { recipeId: world.recipeId, name: "Shorter prompt", metric: "seconds", versionA: 1, versionB: 2 };
  const made = await abTests.create(input);
  const reasonOf = async (path: string, more: object) => (await ask(services, world, path, more)).error?.data.reason;
  return { world, abTests, input, abTestId: made.id, made, reasonOf };
};

test("E4: an A/B test of two versions of a recipe keeps what was measured, newest first", async () => {
  const { abTests, input, abTestId, made } = await makeTest();
  expect(made).toMatchObject({ ...input, status: "running", version: 1 });
  const a = await abTests.record({ abTestId, variant: "a", value: 2.5, sample: "task 1" });
  const b = await abTests.record({ abTestId, variant: "b", value: -1e300, sample: "task 2" });
  expect(a).toMatchObject({ abTestId, variant: "a", value: 2.5, sample: "task 1" });
  expect((await abTests.results({ abTestId })).items).toEqual([b, a]);
  expect((await abTests.results({ abTestId, variant: "a" })).items).toEqual([a]);
  const page = await abTests.results({ abTestId, limit: 1 });
  expect((await abTests.results({ abTestId, limit: 1, cursor: page.nextCursor })).items).toEqual([a]);
});

test("each sample counts once in a test, whatever its variant, and again in another test", async () => {
  const { world, abTests, abTestId, reasonOf } = await makeTest();
  const measured = { variant: "a" as const, value: 1, sample: "task 1" };
  await abTests.record({ abTestId, ...measured });
  expect(await reasonOf("abTests.record", { abTestId, ...measured, variant: "b" })).toBe("abTestResults/sample-taken");
  await abTests.record({ abTestId: world.abTestId, ...measured });
});

test("a stopped test takes no more results, keeps those it has, and may go on", async () => {
  const { abTests, abTestId, reasonOf } = await makeTest();
  const measured = { abTestId, variant: "a" as const, value: 1, sample: "task 1" };
  await abTests.record(measured);
  await abTests.update({ id: abTestId, version: 1, status: "stopped" });
  expect(await reasonOf("abTests.record", { ...measured, sample: "task 2" })).toBe("abTests/stopped");
  expect((await abTests.results({ abTestId })).items).toHaveLength(1);
  await abTests.update({ id: abTestId, version: 2, status: "running" });
  await abTests.record({ ...measured, sample: "task 2" });
});

test("a result for a test that never was is refused as one whose reference is missing", async () => {
  const { world, reasonOf } = await makeTest();
  const result = { abTestId: world.recipeId, variant: "a", value: 1, sample: "task 1" };
  expect(await reasonOf("abTests.record", result)).toBe("abTestResults/reference-not-found");
});

test.each([
  [{ versionB: 1 }, "input"],
  [{ versionA: 0 }, "versionA"],
  [{ metric: "" }, "metric"],
])("a test made with %j is refused with the field that is wrong", async (changes, field) => {
  const { world, input } = await makeTest();
  const { error } = await ask(services, world, "abTests.create", { ...input, name: "Other", ...changes });
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
});

test.each([{ value: "1" }, { value: null }, { variant: "c" }, { sample: "" }])(
  "a result of %j is refused",
  async (changes) => {
    const { abTestId, reasonOf } = await makeTest();
    const input = { abTestId, variant: "a", value: 1, sample: "task", ...changes };
    expect(await reasonOf("abTests.record", input)).toBe("input/invalid");
  },
);

test("names of tests differ within the tenant, and lists are narrowed by recipe, state and words", async () => {
  const { world, abTests, input, abTestId, reasonOf } = await makeTest();
  expect(await reasonOf("abTests.create", input)).toBe("abTests/name-taken");
  await abTests.update({ id: abTestId, version: 1, status: "stopped" });
  expect((await abTests.list({ status: "stopped" })).items.map(({ id }) => id)).toEqual([abTestId]);
  expect((await abTests.list({ search: "seconds" })).items.map(({ id }) => id)).toEqual([abTestId]);
  expect((await abTests.list({ recipeId: world.bareRecipeId })).items).toEqual([]);
});
