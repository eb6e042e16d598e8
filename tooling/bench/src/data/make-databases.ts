import { withClient } from "@severalty/postgres/with-client";
import { type Bench, rolePassword } from "../bench.ts";
import { runProgram } from "../run-program.ts";
import { fillPeers } from "./fill-peers.ts";
import { fillSeveralty } from "./fill-severalty.ts";
import { peerRolesSql } from "./peers-schema.ts";
import type { WorldSize } from "./world.ts";

/** The names of the two databases with the same documents. */
export const databases = { severalty: "bench_severalty", peers: "bench_peers" } as const;

/** Makes and fills Severalty's database, migrated by its migrator, and the peers'. */
export const makeDatabases = async (bench: Bench, size: WorldSize): Promise<void> => {
  const began = performance.now();
  bench.say(`loading ${size.tenants} tenants × ${size.documents} documents, twice …`);
  await runProgram(bench.programs.migrator, ["up"], bench.env(databases.severalty));
  await fillSeveralty(bench.url(databases.severalty), size);
  await withClient(bench.url("postgres"), async (admin) => {
    await admin.query(`create database ${databases.peers}`);
    for (const sql of peerRolesSql(rolePassword)) await admin.query(sql);
  });
  await fillPeers(bench.url(databases.peers), size);
  bench.say(`loaded in ${Math.round((performance.now() - began) / 1000)} s`);
};
