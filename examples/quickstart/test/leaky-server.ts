import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { createLeakyRouter, type Leak } from "./leaky-router.ts";

/** A server with the leak, on a free port, until it is disposed. */
export const startLeakyServer = async (leak: Leak): Promise<AsyncDisposable & { url: string }> => {
  const server = createHTTPServer({
    router: createLeakyRouter(leak),
    basePath: "/trpc/",
    allowMethodOverride: true,
    createContext: ({ req }) => ({ userId: req.headers.authorization?.replace("Bearer ", "") }),
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
