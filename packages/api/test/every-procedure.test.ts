import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { cases } from "./cases.ts";
import { idFieldsOf, inputFieldsOf } from "./input-schema.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const paths = Object.keys(proceduresByPath);

test("the registry has exactly the procedures of the root router", () => {
  expect(Object.keys(cases).toSorted()).toEqual(paths.toSorted());
});

describe.each(paths)("%s", (path) => {
  const { kind, noun, input, foreign = {} } = cases[path] ?? { kind: "tenant" };

  test("every id that it takes is tried with another tenant's", () => {
    expect(Object.keys(foreign)).toEqual(expect.arrayContaining(idFieldsOf(path)));
  });

  test("it answers a caller who may", async () => {
    const world = await makeWorld(admin, { noun });
    const answer = await ask(services, kind === "public" ? undefined : world, path, input?.(world));
    expect(answer).toEqual({ data: expect.anything() as unknown });
  });

  test("it refuses an unknown key in its input", async () => {
    const world = await makeWorld(admin, { noun });
    const { error } = await ask(services, world, path, { ...input?.(world), unheardOf: true });
    expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid" });
  });

  test("it refuses input that is no object", async () => {
    const world = await makeWorld(admin, { noun });
    const { error } = await ask(services, world, path, "unheardOf");
    expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid" });
  });
});

const wholeNumbers = paths.flatMap((path) =>
  Object.entries(inputFieldsOf(path)).flatMap(([field, { type }]) => (type === "integer" ? [{ path, field }] : [])),
);

test.each(wholeNumbers)("$path refuses a $field that no column holds", async ({ path, field }) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  const { error } = await ask(services, world, path, { ...cases[path]?.input?.(world), [field]: 2 ** 31 });
  expect(error?.data).toMatchObject({ code: "BAD_REQUEST", reason: "input/invalid" });
  expect(Object.keys(error?.data.fields ?? {})).toContain(field);
});

const openPaths = paths.filter((path) => cases[path]?.kind === "public");
const closedPaths = paths.filter((path) => cases[path]?.kind !== "public");

test.each(openPaths)("%s answers somebody without a session, even if a dead token is sent along", async (path) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  const answer = await ask(services, "Bearer dead", path, cases[path]?.input?.(world));
  expect(answer).toEqual({ data: expect.anything() as unknown });
});

test.each(closedPaths)("%s refuses a caller without a token, and before it looks at the input", async (path) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  for (const input of [cases[path]?.input?.(world), { unheardOf: true }]) {
    const { error } = await ask(services, undefined, path, input);
    expect(error).toMatchObject({
      message: "sign in first: the request bears no access token",
      data: { code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/no-token" },
    });
  }
});
