import { until } from "@severalty/api/testing/until";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { openWire } from "@severalty/db/testing/wire";
import { afterAll, expect, test } from "vitest";
import { serverEnvOn, spawnServer } from "./spawn-server.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

test("a database that accepts and does not answer makes a server unready within some seconds", async () => {
  await using wire = await openWire(database.adminUrl);
  await using server = spawnServer(serverEnvOn(wire.url, { SHUTDOWN_GRACE_MS: "500" }));
  const url = `${await server.url()}/readyz`;
  await until("the server is ready", async () => (await fetch(url)).ok);
  wire.judge = () => "keep the answer";
  for (let nth = 0; nth < 3; nth++) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    expect(await answer.json()).toEqual({
      status: "unavailable",
      reasons: ["app", "auth", "platform"].map((role) => `database unreachable as ${role}`),
    });
    expect(answer.status).toBe(503);
  }
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
});
