#!/usr/bin/env node
/**
 * severalty-migrate [arguments of the migrator]: on the database that DATABASE_URL names, otherwise on that of dev.
 * severalty-migrate create NAME: writes a migration, and needs no database.
 */
import { dataFolder, PROGRAMS } from "./repository.ts";
import { runMigrator } from "./run-migrator.ts";
import { runToEnd } from "./run-to-end.ts";
import { stopSignal } from "./stop-signal.ts";

const [command, ...rest] = process.argv.slice(2);
const [env, stop] = [process.env, stopSignal()];

const run = (): Promise<number> => {
  if (command === "create") return runToEnd([PROGRAMS.createMigration, ...rest], { env, stop });
  if (rest.includes("--help") || command === "--help")
    console.log("pnpm migrate create NAME writes a migration of what the entities have and the migrations lack; and\n");
  return runMigrator({
    data: dataFolder(env),
    args: process.argv.slice(2),
    env,
    migrator: PROGRAMS.migrator,
    stop,
    say: console.error,
  });
};

process.exit(await run());
