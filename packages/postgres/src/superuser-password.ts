import { DatabaseError } from "pg";
import { accountFor } from "./account.ts";
import type { InitOptions } from "./data-dir.ts";
import { runProgram } from "./run-program.ts";
import { withClient } from "./with-client.ts";

/** SQLSTATE invalid_password. */
const INVALID_PASSWORD = "28P01";

/** Whether the server lets the URL's user in. Throws on any other failure. */
export const acceptsPassword = async (url: string): Promise<boolean> => {
  try {
    await withClient(url, (client) => client.query("select 1"));
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === INVALID_PASSWORD) return false;
    throw error;
  }
};

/**
 * Gives the superuser a new password while the server is down, in single-user mode (PostgreSQL manual, `postgres`).
 * Whoever owns the data folder can read all of it, so this grants nothing new.
 */
export const setPassword = async (dataDir: string, options: InitOptions): Promise<void> => {
  const { superuser, password, binaries } = options;
  const sql = `alter role "${superuser}" password '${password.replaceAll("'", "''")}';\n`;
  const args = ["--single", "-D", dataDir, "-c", "exit_on_error=on", "postgres"];
  await runProgram(...accountFor(dataDir, binaries).command(binaries.postgres, args), { input: sql });
};
