import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { until } from "@severalty/api/testing/until";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { freePort } from "@severalty/postgres/free-port";
import { afterAll, expect, inject, test } from "vitest";
import { serverEnvOn } from "./spawn-server.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

test.for([
  ["a log that cannot be written ends", false],
  ["a log that cannot be written, with nowhere to say so, ends", true],
] as const)("%s neither the server's start, nor its calls, nor its end in order", async ([, isSilent], context) => {
  context.skip(!existsSync("/dev/full"), "this system has no /dev/full, a disk that is always full");
  const port = await freePort();
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [inject("bundle")], {
    env: serverEnvOn(database.adminUrl, { PORT: String(port) }),
    stdio: ["ignore", full, isSilent ? full : "pipe"],
  });
  const ended = once(child, "close");
  let stderr = "";
  child.stderr?.on("data", (text: Buffer) => void (stderr += text.toString()));
  const url = `http://127.0.0.1:${port}/readyz`;
  await until("the server is ready", async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stderr}`);
    return fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  for (let nth = 0; nth < 20; nth++) expect((await fetch(url)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  closeSync(full);
  expect(stderr).toBe(isSilent ? "" : "the log cannot be written (ENOSPC): lines are lost until it can\n");
});
