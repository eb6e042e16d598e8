import { afterAll, expect, test } from "vitest";
import { TestDatabase } from "../src/testing/test-database.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

const make = `select app.uuid_v7()::text as id from generate_series(1, 2000)`;

test("ids that the database makes one after the other are in that order, within a millisecond too", async () => {
  const admin = await database.client();
  const { rows } = await admin.query<{ id: string }>(make);
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(2000);
  const milliseconds = new Set(ids.map((id) => id.slice(0, 13)));
  expect(milliseconds.size).toBeLessThan(1000);
});

test("they are UUIDs of version 7, with the time at which they were made", async () => {
  const admin = await database.client();
  const began = Date.now();
  const { rows } = await admin.query<{ id: string }>(make);
  const ended = Date.now();
  for (const { id } of rows) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const at = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
    expect(at >= began && at <= ended).toBe(true);
  }
  // What is left to chance is no pattern: half of the bits are set.
  const bits = rows.map(({ id }) => Number.parseInt(id.slice(-8), 16).toString(2).replaceAll("0", "")).join("");
  expect(bits.length / (32 * rows.length)).toBeCloseTo(0.5, 1);
});
