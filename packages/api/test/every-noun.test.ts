import { createNewId } from "@severalty/domain/ids";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";
import { idFieldsOf } from "./input-schema.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();

const newId = createNewId();
const verbs = ["list", "byId", "create", "update", "remove"];

/** Nouns that have every plain verb, and nothing about them that a schema does not tell. */
const nouns = [...new Set(Object.values(cases).flatMap(({ noun }) => noun ?? []))].filter((noun) =>
  verbs.every((verb) => cases[`${noun}.${verb}`]?.noun === noun),
);

interface Item {
  readonly id: string;
  readonly version: number;
}

test("teams are such a noun", () => {
  expect(nouns).toContain("teams");
});

describe.each(nouns)("%s", (noun) => {
  const call = async <Result>(world: World, verb: string, input: object = {}): Promise<Result> => {
    const { data, error } = await ask(services, world, `${noun}.${verb}`, input);
    if (error !== undefined) throw new Error(error.data.reason);
    return data as Result;
  };
  const inputOf = (verb: string, world: World) => cases[`${noun}.${verb}`]?.input?.(world) ?? {};
  const listed = async (world: World, input: object = {}) =>
    (await call<{ items: Item[] }>(world, "list", input)).items.map(({ id }) => id);

  test("what is created is what was given, read back by its id, the first of the list, and gone once it is removed", async () => {
    const world = await makeWorld(admin, { noun });
    const input = inputOf("create", world);
    const created = await call<Item>(world, "create", input);
    expect(created).toMatchObject({ ...input, version: 1 });
    expect(await call(world, "byId", { id: created.id })).toEqual(created);
    expect((await listed(world))[0]).toBe(created.id);
    expect(await call(world, "remove", { id: created.id, version: 1 })).toEqual({ id: created.id });
    await expect(call(world, "byId", { id: created.id })).rejects.toThrow(`${noun}/not-found`);
    expect(await listed(world)).not.toContain(created.id);
  });

  test("what is changed is as it was asked for, once for each version", async () => {
    const world = await makeWorld(admin, { noun });
    const input = inputOf("update", world);
    const changed = await call<Item>(world, "update", input);
    expect(changed).toMatchObject({ ...input, version: 2 });
    expect(await call(world, "byId", { id: changed.id })).toEqual(changed);
    await expect(call(world, "update", input)).rejects.toThrow(`${noun}/stale-version`);
  });

  test("a list by a reference has the rows that refer there, and no others", async () => {
    const world = await makeWorld(admin, { noun });
    for (const field of idFieldsOf(`${noun}.list`).filter((name) => name !== "cursor")) {
      expect(await listed(world, { [field]: world.row[field] })).toContain(world.row["id"]);
      expect(await listed(world, { [field]: newId() })).toEqual([]);
    }
  });
});
