import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isPortFree, serverPort } from "./server-port.ts";

test("the port is 8000 unless PORT names another", () => {
  expect([serverPort({}), serverPort({ PORT: "" }), serverPort({ PORT: "8080" })]).toEqual([8000, 8000, 8080]);
});

test("a PORT that is none is refused with what was seen", () => {
  expect(() => serverPort({ PORT: "http" })).toThrow("PORT must be a number from 1 to 65535, got http");
  expect(() => serverPort({ PORT: "70000" })).toThrow("got 70000");
});

test.each(["127.0.0.1", "0.0.0.0"])(
  "a port that something holds on %s is not free, and is again afterwards",
  async (host) => {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await isPortFree(port, 0)).toBe(false);
    server.close();
    await once(server, "close");
    expect(await isPortFree(port, 0)).toBe(true);
  },
);
