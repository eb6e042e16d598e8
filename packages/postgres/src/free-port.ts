import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports that no system gives out by itself to whoever asks for any: Linux gives those from 32768 on (ip(7), `ip_local_port_range`),
 * others those from 49152 (RFC 6335). So only another draw can take one between now and its use.
 */
const draw = () => randomInt(20_000, 30_000);
const drawsMax = 100;

/**
 * `preferred` when nothing listens there on 127.0.0.1, otherwise any free port. It may be taken again before its use. Throws when
 * nothing can listen on 127.0.0.1 at all.
 */
export const freePort = async (preferred = 0): Promise<number> => {
  let port = preferred || draw();
  for (let left = drawsMax; ; left--) {
    const fault = await faultOf(port);
    if (fault === undefined) return port;
    if (left === 0) throw fault;
    port = draw();
  }
};

const faultOf = (port: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", resolve);
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(undefined)));
  });
