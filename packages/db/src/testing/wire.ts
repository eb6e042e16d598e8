import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * What to do when a statement's text passes: hand it on, cut the connection before it, cut before its answer, or let nothing come back any more
 * while the connection stays.
 */
export type Verdict = "pass" | "cut" | "cut the answer" | "keep the answer";

export interface Wire extends AsyncDisposable {
  /** The given URL, by way of the wire. */
  readonly url: string;
  /** Texts of statements that passed, in order: of simple queries and, at Bind, of what was parsed under that name. */
  readonly texts: string[];
  /** Times that an answer was waited for: simple queries and Syncs. */
  trips: number;
  /** Everything else that passed towards the server: values, bound. */
  readonly others: Buffer[];
  /** Asked for each text. */
  judge: (text: string) => Verdict;
}

/** A relay in front of PostgreSQL that reads what is sent (PostgreSQL manual, section 54.7) and can fail where a test wants it to. */
export const openWire = async (databaseUrl: string): Promise<Wire> => {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    client.setNoDelay(true);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", cut).on("close", cut);
    }
    const read = createReader();
    client.on("data", (chunk: Buffer) => {
      for (const { bytes, text, endsTrip } of read(chunk)) {
        if (endsTrip) wire.trips++;
        const verdict = text === undefined ? "pass" : wire.judge(text);
        if (verdict === "cut") return cut();
        if (text !== undefined) wire.texts.push(text);
        if (text === undefined || !endsTrip) wire.others.push(bytes);
        if (verdict === "cut the answer") {
          upstream.removeAllListeners("data");
          upstream.on("data", cut);
        }
        if (verdict === "keep the answer") upstream.removeAllListeners("data").resume();
        upstream.write(bytes);
      }
    });
    upstream.on("data", (chunk: Buffer) => client.write(chunk));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  const wire: Wire = {
    url: url.href,
    texts: [],
    trips: 0,
    others: [],
    judge: () => "pass",
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return wire;
};

interface Message {
  readonly bytes: Buffer;
  /** Of a simple query, or of the statement that a Bind names. */
  readonly text?: string | undefined;
  readonly endsTrip: boolean;
}

/** Cuts a stream into messages: the first has no type, each other one letter, then four bytes of length. */
const createReader = () => {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  const parsed = new Map<string, string>();
  return (chunk: Buffer): Message[] => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (rest.length < header + 4) return messages;
      const end = header + rest.readUInt32BE(header);
      if (rest.length < end) return messages;
      const bytes = Buffer.from(rest.subarray(0, end));
      messages.push(isStarted ? read(bytes, parsed) : { bytes, endsTrip: false });
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
};

const read = (bytes: Buffer, parsed: Map<string, string>): Message => {
  const [type, endsTrip] = [String.fromCharCode(bytes[0] ?? 0), bytes[0] === 0x53 || bytes[0] === 0x51];
  // Strings that end with a zero byte: the text; a statement's name and text; a portal and a statement's name.
  const [first = "", second = ""] = bytes.toString("utf8", 5).split("\0", 2);
  if (type === "Q") return { bytes, endsTrip, text: first };
  if (type === "P") parsed.set(first, second);
  return { bytes, endsTrip, text: type === "B" ? parsed.get(second) : undefined };
};
