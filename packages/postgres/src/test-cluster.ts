import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { startCluster } from "./cluster.ts";
import { quickFolder } from "./quick-folder.ts";

/** A server for tests. */
export interface TestCluster extends AsyncDisposable {
  /** Superuser connection. */
  readonly url: string;
  /** Stops and removes the server when it was started for this call. */
  readonly stop: () => Promise<void>;
}

/** The server that TEST_DATABASE_URL (a superuser) names, otherwise a throw-away PostgreSQL that lives as long as this process. */
export const testCluster = async (): Promise<TestCluster> => {
  const given = process.env["TEST_DATABASE_URL"];
  if (given !== undefined && given !== "") {
    return { url: given, stop: leaveAlone, [Symbol.asyncDispose]: leaveAlone };
  }
  const dataDir = join(quickFolder(), `severalty-postgres-${randomBytes(8).toString("hex")}`);
  const cluster = await startCluster({ dataDir, ephemeral: true });
  return { url: cluster.url, stop: cluster.stop, [Symbol.asyncDispose]: cluster.stop };
};

const leaveAlone = () => Promise.resolve();
