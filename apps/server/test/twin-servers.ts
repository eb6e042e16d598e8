import { createHash } from "node:crypto";
import { makeServices, testSecret } from "@severalty/api/testing/make-services";
import type { Services } from "@severalty/api/services";
import { createAccessTokens } from "@severalty/auth/access-token";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { createNewId } from "@severalty/domain/ids";
import { injectIntoDatabase, setDatabaseMoment } from "@severalty/isolation/injected-postgres";
import type { Client } from "pg";
import { pino } from "pino";
import { afterAll } from "vitest";
import { serve } from "./open-test-server.ts";

/** A server on a database of its own. */
export interface Twin {
  readonly url: string;
  readonly services: Services;
  /** A superuser's connection, past every policy. */
  readonly admin: Client;
  /** What was logged so far, without times and stacks. */
  readonly logged: () => readonly string[];
}

/**
 * Two servers that answer alike for as long as they are asked alike: their databases are copies of one, and clock, ids and randomness
 * are a function of what was asked before, in Node as in the database.
 */
export const openTwins = async <World>(
  fill: (admin: Client, platform: Client) => Promise<World>,
): Promise<{ made: World; twins: readonly [Twin, Twin] }> => {
  const original = await TestDatabase.create();
  afterAll(() => original[Symbol.asyncDispose]());
  const [admin, platform] = [await original.client(), await original.client("severalty_platform")];
  const made = await fill(admin, platform);
  await Promise.all([admin.end(), platform.end()]);
  const nowMs = Date.now();
  return { made, twins: [await openTwin(original, nowMs), await openTwin(original, nowMs)] };
};

const openTwin = async (original: TestDatabase, nowMs: number): Promise<Twin> => {
  const database = await TestDatabase.create({ like: original });
  afterAll(() => database[Symbol.asyncDispose]());
  const admin = await database.client();
  await injectIntoDatabase(admin);
  await setDatabaseMoment(admin, nowMs);
  let drawn = 0;
  const random = (sizeBytes: number) =>
    createHash("shake256", { outputLength: sizeBytes }).update(`${drawn++}`).digest();
  const lines: string[] = [];
  const services = await makeServices(database, {
    clock: () => new Date(nowMs),
    accessTokens: createAccessTokens({ secret: testSecret, clock: () => nowMs }),
    newId: createNewId({ clock: () => nowMs, random: () => random(16) }),
    random,
    log: pino({ level: "trace", base: null, timestamp: false }, { write: (line: string) => void lines.push(line) }),
  });
  const { app, auth, platform } = services;
  const logged = () => lines.map((line) => line.replace(/,"ms":[\d.]+/, "").replace(/"stack":"[^"]*"/, ""));
  return { url: await serve(services, { app, auth, platform }), services, admin, logged };
};
