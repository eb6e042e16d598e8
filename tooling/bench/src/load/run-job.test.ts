import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { LoadJob } from "./load-job.ts";
import { runJob } from "./run-job.ts";

const body = "x".repeat(400);

/** A server that answers its n-th request with the n-th status, and the rest with 200. */
const openServer = async (...statuses: number[]) => {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? "");
    response.writeHead(statuses[paths.length - 1] ?? 200).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, paths, [Symbol.asyncDispose]: async () => void server.close() };
};

const jobOn = (port: number, changes: Partial<LoadJob> = {}): LoadJob => ({
  contender: "floor",
  port,
  workload: "W1",
  world: { tenants: 3, documents: 7 },
  connections: 4,
  durationMsMax: 10_000,
  requestsMax: 50,
  seed: 1,
  ...changes,
});

test("as many requests are sent as were asked for, and each is counted once", async () => {
  await using server = await openServer();
  const result = await runJob(jobOn(server.port));
  expect(result.requests).toBe(50);
  expect(server.paths).toHaveLength(50);
  expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms);
});

test("the same seed draws the same requests", async () => {
  await using one = await openServer();
  await using other = await openServer();
  await runJob(jobOn(one.port, { connections: 1 }));
  await runJob(jobOn(other.port, { connections: 1 }));
  expect(one.paths).toEqual(other.paths);
  expect(new Set(one.paths).size).toBeGreaterThan(10);
});

test("a job ends when its time is over", async () => {
  await using server = await openServer();
  const result = await runJob(jobOn(server.port, { durationMsMax: 50, requestsMax: 10_000_000 }));
  expect(result.elapsedMs).toBeLessThan(5_000);
});

test("an answer that is no success ends the job", async () => {
  await using server = await openServer(200, 200, 500);
  await expect(runJob(jobOn(server.port))).rejects.toThrow("floor answered W1 with 500");
});

test("an answer that is too short to be right ends the job", async () => {
  await using server = await openServer();
  await expect(runJob(jobOn(server.port, { workload: "W2", world: { tenants: 1, documents: 20 } }))).rejects.toThrow(
    "400 bytes, where 3000 were due",
  );
});
