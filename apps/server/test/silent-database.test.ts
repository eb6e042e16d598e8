import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { until } from "@severalty/api/testing/until";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { afterAll, expect, test } from "vitest";
import { serverEnvOn, spawnServer } from "./spawn-server.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

/** A way to the database on which nothing passes any more, and nothing ends, once it is silenced. */
const openRelay = async (databaseUrl: string) => {
  const target = new URL(databaseUrl);
  const port = Number(target.port);
  const sockets: Socket[] = [];
  let isSilent = false;
  const server = createServer((client) => {
    sockets.push(client);
    client.on("error", () => undefined);
    if (isSilent) return;
    const upstream = connect(port, target.hostname).on("error", () => undefined);
    sockets.push(upstream);
    client.pipe(upstream).pipe(client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: target.href,
    silence: () => {
      isSilent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

test("a database that accepts and does not answer makes a server unready within some seconds", async () => {
  await using relay = await openRelay(database.adminUrl);
  await using server = spawnServer(serverEnvOn(relay.url, { SHUTDOWN_GRACE_MS: "500" }));
  const url = `${await server.url()}/readyz`;
  await until("the server is ready", async () => (await fetch(url)).ok);
  relay.silence();
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
