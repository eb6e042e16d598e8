import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asUser, inUserNamespace } from "@severalty/postgres/account";
import { freePort } from "@severalty/postgres/free-port";
import { rolePasswords } from "../../src/testing/role-passwords.ts";

/** A PgBouncer in transaction mode with one connection to the server per database and role. */
export interface PgBouncer extends AsyncDisposable {
  /** The same database by way of it. */
  url(databaseUrl: string): string;
}

const program = spawnSync("sh", ["-c", "PATH=$PATH:/usr/sbin command -v pgbouncer"]).stdout.toString().trim();

/** Why there is none, when there is none. */
export const lacksPgBouncer = (): string | undefined => {
  if (program === "") return "pgbouncer is not installed (Debian: apt-get install pgbouncer)";
  return (process.env["CI"] ?? "") === "" ? "slow: runs where CI is set" : undefined;
};

/** Starts it in front of the server of `adminUrl`. */
export const startPgBouncer = async (adminUrl: string): Promise<PgBouncer> => {
  const server = new URL(adminUrl);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "severalty-pgbouncer-"));
  const users = join(folder, "users.txt");
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    users,
    Object.entries(rolePasswords)
      .map(([role, password]) => `"${role}" "${password}"`)
      .join("\n"),
  );
  writeFileSync(
    file,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = extra_float_digits,options
log_connections = 0
log_disconnections = 0
`,
  );
  const nobody = 65_534;
  const account = process.getuid?.() === 0 ? (inUserNamespace() ?? asUser(nobody, [folder])) : undefined;
  for (const path of [folder, users, file]) account?.own(path);
  const [command, args] = account?.command(program, [file]) ?? [program, [file]];
  const child = spawn(command, args, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let left = 2_000; !(await answers(port)); left--) {
    if (left === 0 || child.exitCode !== null) throw new Error(`pgbouncer did not start: exit ${child.exitCode}`);
    await sleep(10);
  }
  return {
    url: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
