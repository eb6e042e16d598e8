import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { accountFor } from "./account.ts";
import { type Binaries, POSTGRES_MAJOR } from "./binaries.ts";
import { isAlive } from "./process-table.ts";
import { runProgram } from "./run-program.ts";

/** Whose cluster to make, and how carefully. */
export interface InitOptions {
  readonly binaries: Binaries;
  readonly superuser: string;
  readonly password: string;
  /** Throw-away data need not reach the disk. */
  readonly ephemeral: boolean;
}

/**
 * Makes `dataDir` a complete data folder of this major version, or throws. initdb works in a folder of its own that is
 * renamed when it is done: one that is cut short leaves nothing, and of two at once one wins. Answers whether it made it.
 */
export const ensureDataDir = async (dataDir: string, options: InitOptions): Promise<boolean> => {
  sweepUnfinished(dataDir);
  if (hasContent(dataDir)) {
    assertUsable(dataDir);
    // A copy of a folder often has not kept its mode, and PostgreSQL insists on it.
    chmodSync(dataDir, 0o700);
    return false;
  }
  const staging = stagingName(dataDir);
  try {
    await initdb(staging, options);
    renameSync(staging, dataDir);
    return true;
  } catch (error) {
    if (hasContent(dataDir)) return false;
    throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
};

const hasContent = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;

/** Ends in the pid of its maker, see `sweepUnfinished`. */
const stagingName = (dataDir: string) => `${dataDir}.new-${randomBytes(4).toString("hex")}-${process.pid}`;

const assertUsable = (dataDir: string) => {
  const version = join(dataDir, "PG_VERSION");
  if (!existsSync(version)) throw new Error(`${dataDir} is not empty and holds no PostgreSQL data`);
  const major = readFileSync(version, "utf8").trim();
  if (major === POSTGRES_MAJOR) return;
  throw new Error(
    `${dataDir} was made by PostgreSQL ${major}, this is ${POSTGRES_MAJOR}: dump and restore, or remove it`,
  );
};

/** Removes the folders of starters that were killed in the middle. */
const sweepUnfinished = (dataDir: string) => {
  for (const name of readdirSync(dirname(dataDir))) {
    if (!name.startsWith(`${basename(dataDir)}.new-`)) continue;
    if (isAlive(Number(name.slice(name.lastIndexOf("-") + 1)))) continue;
    try {
      rmSync(join(dirname(dataDir), name), { recursive: true, force: true });
    } catch {
      // Its initdb is still on its way out; it is in nobody's way, and the next start sees it again.
    }
  }
};

const initdb = async (folder: string, options: InitOptions) => {
  const account = accountFor(folder, options.binaries);
  const passwordFile = stagingName(folder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  account.own(folder);
  try {
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
    account.own(passwordFile);
    await runProgram(
      ...account.command(options.binaries.initdb, [
        `--pgdata=${folder}`,
        `--username=${options.superuser}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
        // Tests sign in thousands of times: with the usual 4096 rounds that is a third of what a connection costs.
        ...(options.ephemeral ? ["--no-sync", "--set=scram_iterations=1"] : []),
      ]),
      { leftovers: [folder, passwordFile] },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
};
