import { existsSync, readFileSync } from "node:fs";
import { makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { Client } from "pg";
import { type Bench, serverEnv } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { median } from "./load/statistics.ts";
import { runProgram } from "./run-program.ts";

/** Each way that a user's transaction begins: with which modes, and by which function of the gate. */
const ways = [
  { name: "for one read", modes: "", enter: "enter_to_read" },
  { name: "read only", modes: "set transaction read only;", enter: "enter" },
  { name: "read write", modes: "set transaction read write;", enter: "enter" },
] as const;

/**
 * What entering adds to a transaction inside the database, all checks included: the same empty transaction with and without it, in turn, in
 * a loop that the server runs by itself. The statement is parsed afresh each time, as the driver sends it. What counts is the time that
 * the server's process works (on Linux; elsewhere what passes), so that a busy machine tells nearly the same as an idle one.
 */
export const measureEnter = async (bench: Bench): Promise<Figure[]> => {
  const { isQuick, programs, say } = bench;
  const [tenants, rounds, transactions] = isQuick ? [5, 3, 100] : [100, 101, 500];
  const settings = bench.env("bench_enter");
  await runProgram(programs.migrator, ["up"], settings);
  await runProgram(programs.migrator, ["seed", "--demo", "--tenants", String(tenants)], settings);
  await using admin = await connect(settings["ADMIN_DATABASE_URL"]);
  const tenant = await makeTenant(admin.client);
  await admin.client.query("vacuum analyze");
  await using app = await connect(serverEnv(settings)["DATABASE_URL"]);
  const { rows } = await app.client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const clock = clockOf(rows[0]?.pid ?? 0);
  const loop = async (modes: string, statement: string): Promise<number> => {
    const began = clock();
    await app.client.query(`do $$ begin for i in 1..${transactions} loop
        commit; ${modes} ${statement}
      end loop; end $$`);
    return (clock() - began) / transactions;
  };
  const figures: Figure[] = [];
  for (const { name, modes, enter } of ways) {
    say(`entering a tenant ${rounds} × ${transactions} times, ${name} …`);
    const differences: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const without = await loop(modes, "");
      differences.push((await loop(modes, enterStatement(enter, tenant))) - without);
    }
    const on = `${transactions} transactions, in the database`;
    figures.push({ name: `entering, ${name}`, value: median(differences), limit: 80, unit: "µs", on });
  }
  return figures;
};

/** Microseconds that a process has worked so far (proc(5), schedstat), or that have passed. */
const clockOf = (pid: number): (() => number) => {
  const file = `/proc/${pid}/schedstat`;
  if (!existsSync(file)) return () => performance.now() * 1000;
  return () => Number(readFileSync(file, "utf8").split(" ")[0]) / 1000;
};

const enterStatement = (enter: string, { sessionId, userId, tenantId, role }: MadeTenant): string =>
  `execute 'select app.${enter}($1, $2, $3, $4, $5, $6)' using '${sessionId}'::uuid, '${userId}'::uuid, '${tenantId}'::uuid,
     '${role}'::text, 'request-1'::text, 'documents.list'::text;`;

const connect = async (url: string | undefined) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
};
