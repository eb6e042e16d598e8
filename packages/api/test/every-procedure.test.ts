import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { cases } from "./cases.ts";
import { idFieldsOf, inputFieldsOf } from "./input-schema.ts";
import { bytesOf, changesSince, createSharedWorlds, makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();
const sharedWorld = createSharedWorlds(admin);

/** Of a tenant that nobody here calls. */
const other = await makeWorld(admin);
let bytesOfOther = await bytesOf(admin, other);

const isQuery = (path: string) => proceduresByPath[path]?._def.type === "query";

const paths = Object.keys(proceduresByPath);

test("the registry has exactly the procedures of the root router", () => {
  expect(Object.keys(cases).toSorted()).toEqual(paths.toSorted());
});

/** Those of the platform have callers of their own: `every-platform-call.test.ts`. */
const pathsOfTenants = paths.filter((path) => cases[path]?.kind !== "platform");

describe.each(pathsOfTenants)("%s", (path) => {
  const { kind, noun, input, foreign = {} } = cases[path] ?? { kind: "tenant" };

  test("every id that it takes is tried with another tenant's", () => {
    expect(Object.keys(foreign)).toEqual(expect.arrayContaining(idFieldsOf(path)));
  });

  test("it takes no whole number that no column holds", () => {
    const wide = Object.entries(inputFieldsOf(path)).filter(([, schema]) =>
      [schema, ...(schema.anyOf ?? [])].some(({ type, maximum }) => type === "integer" && !isInt4(maximum)),
    );
    expect(wide).toEqual([]);
  });

  test("it answers a caller who may, and leaves another tenant's rows byte for byte", async () => {
    const world = await (isQuery(path) ? sharedWorld(noun) : makeWorld(admin, { noun }));
    const answer = await ask(services, kind === "public" ? undefined : world, path, input?.(world));
    expect(answer).toEqual({ data: expect.anything() as unknown });
    const before = bytesOfOther;
    bytesOfOther = await bytesOf(admin, other);
    expect(bytesOfOther).toEqual(before);
  });

  test("it refuses an unknown key in its input, and input that is no object, and changes nothing", async () => {
    const world = await sharedWorld(noun);
    const before = await bytesOf(admin, world);
    for (const unheardOf of [{ ...input?.(world), unheardOf: true }, "unheardOf"]) {
      const { error } = await ask(services, world, path, unheardOf);
      expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid" });
    }
    expect(await changesSince(admin, world, before)).toEqual([]);
  });
});

const isInt4 = (maximum: unknown) => typeof maximum === "number" && maximum < 2 ** 31;

const openPaths = paths.filter((path) => cases[path]?.kind === "public");
const closedPaths = paths.filter((path) => cases[path]?.kind !== "public");

test.each(openPaths)("%s answers somebody without a session, even if a dead token is sent along", async (path) => {
  const world = await makeWorld(admin, { noun: cases[path]?.noun });
  const answer = await ask(services, "Bearer dead", path, cases[path]?.input?.(world));
  expect(answer).toEqual({ data: expect.anything() as unknown });
});

test.each(closedPaths)("%s refuses a caller without a token, and before it looks at the input", async (path) => {
  const world = await sharedWorld(cases[path]?.noun);
  for (const input of [cases[path]?.input?.(world), { unheardOf: true }]) {
    const { error } = await ask(services, undefined, path, input);
    expect(error).toMatchObject({
      message: "sign in first: the request bears no access token",
      data: { code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/no-token" },
    });
  }
});
