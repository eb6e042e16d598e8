import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSecret, testSecretsKey } from "@severalty/api/testing/make-services";
import { withCredentials } from "@severalty/postgres/url";
import { inject } from "vitest";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { until } from "@severalty/api/testing/until";

/** Compiled once for all runs: halves the time that each takes to start. */
const NODE_COMPILE_CACHE = join(tmpdir(), "severalty-compile-cache");

/** How a process ended: its exit code, or null when a signal killed it. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The server as a process of its own, killed when it is disposed. */
export class ServerProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  stdout = "";
  stderr = "";

  constructor(env: Readonly<Record<string, string>>, program: string) {
    this.child = spawn(process.execPath, [program], {
      env: { ...env, NODE_COMPILE_CACHE },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => void (this.stdout += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => void (this.stderr += text));
    this.ended = once(this.child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Its URL, once it listens. */
  async url(): Promise<string> {
    await until("the server listens", () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended: ${this.stderr}`);
      return this.stdout.includes("listening on");
    });
    return /listening on (http:\/\/localhost:\d+)/.exec(this.stdout)?.[1]?.replace("localhost", "127.0.0.1") ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** What `pnpm start` runs. */
export const sourceProgram = join(import.meta.dirname, "../src/main.ts");

/** Starts the server as it is shipped, or another program, with this environment alone. */
export const spawnServer = (env: Readonly<Record<string, string>>, program = inject("bundle")): ServerProcess =>
  new ServerProcess(env, program);

/** Settings of a server on a database of the test server, on any free port. */
export const serverEnvOn = (databaseUrl: string, changes: Readonly<Record<string, string>> = {}) => ({
  ENVIRONMENT: "test",
  DATABASE_URL: withCredentials(databaseUrl, "severalty_app", rolePassword),
  AUTH_DATABASE_URL: withCredentials(databaseUrl, "severalty_auth", rolePassword),
  PLATFORM_DATABASE_URL: withCredentials(databaseUrl, "severalty_platform", rolePassword),
  AUTH_SECRET: testSecret,
  SECRETS_KEY: testSecretsKey,
  HOST: "127.0.0.1",
  PORT: "0",
  ...changes,
});
