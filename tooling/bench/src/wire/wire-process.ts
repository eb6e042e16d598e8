import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { BurstCounter } from "./burst-counter.ts";
import { DelayLine } from "./delay-line.ts";
import { openAlarm } from "./open-alarm.ts";
import type { WireRequest } from "./wire-request.ts";

// What lies between a server and its database: forwards, delays by half a round trip each way, and counts.
const line = new DelayLine(openAlarm());
const counters = new Set<BurstCounter>();
let closedCount = 0;

const listen = async (targetPort: number): Promise<number> => {
  const server = createServer((client) => join(client, connect(targetPort, "127.0.0.1")));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

const join = (client: Socket, database: Socket): void => {
  const counter = new BurstCounter();
  counters.add(counter);
  forward(client, database, () => counter.fromClient());
  forward(database, client, () => counter.fromServer());
  client.once("close", () => {
    if (counters.delete(counter)) closedCount += counter.count;
  });
};

const forward = (from: Socket, to: Socket, count: () => void): void => {
  from.setNoDelay(true);
  from.on("data", (bytes) =>
    line.add(() => {
      count();
      to.write(bytes);
    }),
  );
  from.on("close", () => line.add(() => to.destroy()));
  from.on("error", () => undefined);
};

const answer = async (request: WireRequest): Promise<number> => {
  if (request.kind === "listen") return listen(request.targetPort);
  if (request.kind === "delay") return (line.delayMs = request.rttMs / 2);
  return [...counters].reduce((sum, { count }) => sum + count, closedCount);
};

process.on("message", (request: WireRequest) => void answer(request).then((value) => process.send?.(value)));
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => undefined);
