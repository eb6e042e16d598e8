import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What to do when a statement's text passes: hand it on, cut the connection before it, or cut before its answer. */
export type Verdict = "pass" | "cut" | "cut the answer";

export interface Wire extends AsyncDisposable {
  /** The given URL, by way of the wire. */
  readonly url: string;
  /** Texts of statements that passed, in order: of simple queries and of Parse messages. */
  readonly texts: string[];
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
      for (const { bytes, text } of read(chunk)) {
        const verdict = text === undefined ? "pass" : wire.judge(text);
        if (verdict === "cut") return cut();
        if (text === undefined) wire.others.push(bytes);
        else wire.texts.push(text);
        if (verdict === "cut the answer") {
          upstream.removeAllListeners("data");
          upstream.on("data", cut);
        }
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
  /** Of a simple query or a Parse message. */
  readonly text?: string;
}

/** Cuts a stream into messages: the first has no type, each other one letter, then four bytes of length. */
const createReader = () => {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (chunk: Buffer): Message[] => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (rest.length < header + 4) return messages;
      const end = header + rest.readUInt32BE(header);
      if (rest.length < end) return messages;
      const bytes = Buffer.from(rest.subarray(0, end));
      messages.push(isStarted ? read(bytes) : { bytes });
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
};

const read = (bytes: Buffer): Message => {
  const type = String.fromCharCode(bytes[0] ?? 0);
  const body = bytes.subarray(5);
  if (type === "Q") return { bytes, text: body.toString("utf8", 0, body.length - 1) };
  if (type !== "P") return { bytes };
  const start = body.indexOf(0) + 1;
  return { bytes, text: body.toString("utf8", start, body.indexOf(0, start)) };
};
