import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Answer, ResponseParser } from "./response-parser.ts";

/** Longest wait for an answer, in milliseconds. */
const answerMsMax = 30_000;

/** A kept-alive connection to 127.0.0.1 that carries one request at a time. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #parser: ResponseParser;
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, parser: ResponseParser) {
    this.#socket = socket;
    this.#parser = parser;
    socket.setNoDelay(true);
    socket.setTimeout(answerMsMax, () => socket.destroy(new Error(`no answer within ${answerMsMax} ms`)));
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static async open(port: number, options: { keepsBody?: boolean } = {}): Promise<HttpConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new HttpConnection(socket, new ResponseParser(options));
  }

  /** Sends a rendered request. Rejects when the connection breaks or what comes back is no answer. */
  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    try {
      const answer = this.#parser.push(bytes);
      if (answer === undefined) return;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(answer);
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
