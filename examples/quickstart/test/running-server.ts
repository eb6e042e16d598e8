import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "@severalty/db/testing/test-database";

/** The real server as a process of its own, on a free port, until it is disposed. */
export class RunningServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  static async start(database: TestDatabase): Promise<RunningServer> {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("@severalty/server/main"))], {
      env: {
        ...process.env,
        ENVIRONMENT: "test",
        DATABASE_URL: database.url("severalty_app"),
        AUTH_DATABASE_URL: database.url("severalty_auth"),
        PLATFORM_DATABASE_URL: database.url("severalty_platform"),
        AUTH_SECRET: "a secret of the tests, longer than 32 bytes",
        SECRETS_KEY: "a-key-of-tests-that-protects-no-secret-at-A",
        HOST: "127.0.0.1",
        PORT: "0",
        LOG_LEVEL: "info",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    for await (const line of createInterface({ input: child.stdout })) {
      seen += `${line}\n`;
      const [, port] = /"port":(\d+)/.exec(line) ?? [];
      if (port !== undefined) {
        child.stdout.resume();
        return new RunningServer(`http://127.0.0.1:${port}`, child);
      }
    }
    throw new Error(`the server ended before it listened:\n${seen}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}
