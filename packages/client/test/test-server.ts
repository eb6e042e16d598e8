import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { TestSessions, testRouter } from "./test-router.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly procedures: readonly string[];
  readonly idempotencyKey: string | undefined;
}

/** A real HTTP server with the test router, on a free port, until it is disposed. */
export class TestServer implements AsyncDisposable {
  readonly sessions = new TestSessions();
  readonly requests: SeenRequest[] = [];
  onCall: (path: string) => void | Promise<void> = () => undefined;
  /** Answers a request in place of the router when it returns true. */
  onRequest: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly #server: Server;

  private constructor() {
    const handle = createHTTPHandler({
      router: testRouter,
      basePath: "/trpc/",
      allowMethodOverride: true,
      maxBatchSize: 10,
      createContext: ({ req }) => ({
        accessToken: /^Bearer (.+)$/.exec(req.headers.authorization ?? "")?.[1],
        sessions: this.sessions,
        onCall: (path) => this.onCall(path),
      }),
    });
    this.#server = createServer((request, response) => {
      const { method = "", url = "" } = request;
      const path = new URL(url, "http://localhost").pathname.replace("/trpc/", "");
      const idempotencyKey = request.headers["idempotency-key"]?.toString();
      this.requests.push({ method, url, procedures: path.split(","), idempotencyKey });
      if (!this.onRequest(request, response)) handle(request, response);
    });
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await once(server.#server.listen(0, "127.0.0.1"), "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks the connection of the next requests before anything is answered. */
  breakNext(count: number): void {
    let left = count;
    this.onRequest = (request) => {
      if (left-- <= 0) return false;
      request.socket.destroy();
      return true;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
