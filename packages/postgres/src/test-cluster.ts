import { randomBytes } from "node:crypto";
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "./cluster.ts";

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
  const dataDir = join(quickestFolder(), `severalty-postgres-${randomBytes(8).toString("hex")}`);
  const cluster = await startCluster({ dataDir, ephemeral: true });
  return { url: cluster.url, stop: cluster.stop, [Symbol.asyncDispose]: cluster.stop };
};

const leaveAlone = () => Promise.resolve();

/** Linux's folder in memory. Copying a template takes 12 ms there and 150 ms on a disk, with fsync off on both. */
const MEMORY_FOLDER = "/dev/shm";

/** What has to be free for it, in bytes: some hundred databases of 10 MB and their log. Containers give it 64 MB. */
const MEMORY_BYTES_MIN = 4 * 1024 ** 3;

const quickestFolder = (): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return Math.min(bavail * bsize, process.availableMemory()) >= MEMORY_BYTES_MIN ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
};
