import { createServer } from "node:net";

/** `preferred` when nothing listens there on 127.0.0.1, otherwise any free port. It may be taken again before its use. */
export const freePort = (preferred: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      if (preferred === 0) return reject(error);
      resolve(freePort(0));
    });
    probe.listen(preferred, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : preferred;
      probe.close(() => resolve(port));
    });
  });
