import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { withClient } from "@severalty/postgres/with-client";
import { testCluster, type TestCluster } from "@severalty/postgres/test-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWire } from "../src/wire/open-wire.ts";

let cluster: TestCluster;
beforeAll(async () => void (cluster = await testCluster()));
afterAll(() => cluster.stop());

const over = (port: number): string => {
  const url = new URL(cluster.url);
  url.port = String(port);
  return url.href;
};

test("a transaction of three statements costs PostgreSQL's client three round trips, one of a single text costs one", async () => {
  await using wire = await openWire(Number(new URL(cluster.url).port));
  await withClient(over(wire.port), async (client) => {
    const before = await wire.count();
    await client.query("begin");
    await client.query("select $1::int", [1]);
    await client.query("commit");
    const between = await wire.count();
    await client.query("begin; select 1; commit");
    expect([between - before, (await wire.count()) - between]).toEqual([3, 1]);
  });
});

test("a round trip takes no less than what the wire was set to", async () => {
  await using echo = await openEcho();
  await using wire = await openWire(echo.port);
  await wire.setRtt(4);
  const socket = connect(wire.port, "127.0.0.1");
  await once(socket, "connect");
  for (let trip = 0; trip < 5; trip++) {
    const began = performance.now();
    socket.write("x");
    await once(socket, "data");
    expect(performance.now() - began).toBeGreaterThanOrEqual(4);
  }
  socket.destroy();
});

const openEcho = async () => {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
};
