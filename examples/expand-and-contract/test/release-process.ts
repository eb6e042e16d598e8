import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestDatabase } from "@severalty/db/testing/test-database";

/** The project as it is, or one of the example's releases of it. */
export type Release = "today" | "expand" | "move" | "contract";

const hooks = import.meta.resolve("../src/as-release.ts");

/** The project's server of that release, as a process of its own, until it is stopped or disposed. */
export class RunningServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  static async start(database: TestDatabase, release: Release): Promise<RunningServer> {
    const child = launch("@severalty/server/main", [], release, {
      DATABASE_URL: database.url("severalty_app"),
      AUTH_DATABASE_URL: database.url("severalty_auth"),
      PLATFORM_DATABASE_URL: database.url("severalty_platform"),
      AUTH_SECRET: "a secret of the tests, longer than 32 bytes",
      SECRETS_KEY: "a-key-of-tests-that-protects-no-secret-at-A",
      HOST: "127.0.0.1",
      PORT: "0",
    });
    const url = await new Promise<string>((resolve, reject) => {
      let log = "";
      child.once("exit", () => reject(new Error(`the server of the release ${release} did not listen:\n${log}`)));
      // Read to its end: a server whose log nobody reads stands still.
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        const [, port] = /"port":(\d+)/.exec(log) ?? [];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
      });
    });
    return new RunningServer(url, child);
  }

  /** Lets it finish what is in flight, and answers its exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      await once(this.#process, "exit");
    }
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** What `check` of that release's migrator finds in a database, and its exit code. */
export const checkAs = async (release: Release, database: TestDatabase): Promise<{ code: number; found: string }> => {
  const child = launch("@severalty/migrator/main", ["check"], release, {
    DATABASE_URL: database.url("severalty_migrator"),
  });
  let found = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (found += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, found };
};

const launch = (program: string, args: string[], release: Release, env: Record<string, string>) => {
  const asRelease = release === "today" ? [] : ["--import", hooks];
  return spawn(process.execPath, [...asRelease, fileURLToPath(import.meta.resolve(program)), ...args], {
    env: { ...env, ENVIRONMENT: "test", EXAMPLE_RELEASE: release },
    stdio: ["ignore", "pipe", "inherit"],
  });
};
