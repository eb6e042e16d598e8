import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { asAdmin } from "../src/provision.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

test.each([
  ["in a statement", () => Promise.resolve()],
  ["between two", () => sleep(50)],
])(
  "an administrator's connection that is cut %s fails what is asked of it, and not the whole program",
  async (_, pause) => {
    const wire = await database.wire();
    wire.judge = (text) => (text === "select 1 as cut" ? "cut" : "pass");
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on("uncaughtExceptionMonitor", note);
    const attempt = asAdmin(wire.url, async (client) => {
      await client.query("select 1 as cut").catch(() => undefined);
      await pause();
      return client.query("select 2");
    });
    await expect(attempt).rejects.toThrow(/terminated|not queryable|closed/i);
    process.off("uncaughtExceptionMonitor", note);
    expect(uncaught).toEqual([]);
  },
);
