import { once } from "node:events";
import { connect } from "node:net";

/** A request as its bytes will say it. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, as they travel. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/**
 * Sends requests on one connection, the next before the last is answered, and answers every byte that came back until the server ended
 * it, but for the value of `Date`.
 */
export const exchange = async (url: string, ...requests: readonly WireRequest[]): Promise<string> => {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => void chunks.push(chunk));
  const ended = once(socket, "close");
  for (const [at, request] of requests.entries()) {
    const { head, body } = bytesOf(request, host, at === requests.length - 1);
    socket.write(head);
    if (body.length > 0) socket.write(body);
  }
  await ended;
  return Buffer.concat(chunks)
    .toString("latin1")
    .replaceAll(/^date: .*$/gim, "Date: -");
};

/** The same request in a form that means the same, and that is left to tRPC's adapter: with a `?` or `&` after which nothing comes. */
export const forAdapter = (request: WireRequest): WireRequest => ({
  ...request,
  target: request.target + (request.target.includes("?") ? "&" : "?"),
});

/** The status of the first answer. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

const bytesOf = ({ method, target, headers, body: given }: WireRequest, host: string, isLast: boolean) => {
  const body = typeof given === "string" ? Buffer.from(given) : (given ?? Buffer.alloc(0));
  const sized =
    given === undefined || headers?.["transfer-encoding"] !== undefined
      ? {}
      : { "content-length": String(body.length) };
  const all = {
    host,
    "x-request-id": "of-a-comparison",
    ...sized,
    ...headers,
    ...(isLast ? { connection: "close" } : {}),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), body };
};
