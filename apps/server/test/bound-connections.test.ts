import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { until } from "@severalty/api/testing/until";
import { expect, test } from "vitest";
import { boundConnections } from "../src/bound-connections.ts";

/** A server that answers each whole request with 40 MB, and a connection to it. */
const open = async (bounds: Parameters<typeof boundConnections>[1]) => {
  const answers: ServerResponse[] = [];
  const server = createServer({ connectionsCheckingInterval: 50 }, (request, response) => {
    request.resume().on("end", () => response.end(Buffer.alloc(40_000_000)));
    answers.push(response);
  });
  boundConnections(server, bounds);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => undefined);
  return {
    answers,
    socket,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

test("a caller who does not read his answer is cut off, and one who reads slowly gets all of it", async () => {
  await using held = await open({ silenceMs: 300, requestMs: 60_000 });
  held.socket.pause().write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
  await until("the connection is closed", () => held.answers[0]?.destroyed === true);
  expect(held.answers[0]?.writableFinished).toBe(false);

  await using slow = await open({ silenceMs: 2_000, requestMs: 60_000 });
  const began = performance.now();
  let read = 0;
  slow.socket.on("data", (chunk: Buffer) => {
    read += chunk.length;
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 6);
  });
  slow.socket.write("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
  await once(slow.socket, "close");
  expect(read).toBeGreaterThan(40_000_000);
  expect(performance.now() - began).toBeGreaterThan(2_000);
});

test("a caller who does not finish his request is cut off", async () => {
  await using held = await open({ silenceMs: 60_000, requestMs: 300 });
  held.socket.resume().write("POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 1000\r\n\r\nbegun");
  await once(held.socket, "close");
  expect(held.answers[0]?.writableEnded).toBe(false);
});

test("what bounds connections unless it is told otherwise leaves a call the half minute that the database gives it", () => {
  const server = createServer();
  boundConnections(server);
  expect([server.timeout, server.requestTimeout]).toEqual([120_000, 60_000]);
});
