import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../src/free-port.ts";

test("the preferred port is taken where nothing listens, and otherwise one that no system gives out by itself", async () => {
  const preferred = await freePort();
  expect(await freePort(preferred)).toBe(preferred);
  const server = createServer().listen(preferred, "127.0.0.1");
  await once(server, "listening");
  const other = await freePort(preferred);
  server.close();
  expect(other).not.toBe(preferred);
  for (const port of [preferred, other]) expect(port >= 20_000 && port < 30_000).toBe(true);
});
