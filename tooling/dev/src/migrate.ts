#!/usr/bin/env node
/** severalty-migrate [arguments of the migrator]: on the database that DATABASE_URL names, otherwise on that of dev. */
import { dataFolder, PROGRAMS } from "./repository.ts";
import { runMigrator } from "./run-migrator.ts";
import { stopSignal } from "./stop-signal.ts";

process.exit(
  await runMigrator({
    data: dataFolder(process.env),
    args: process.argv.slice(2),
    env: process.env,
    migrator: PROGRAMS.migrator,
    stop: stopSignal(),
    say: console.error,
  }),
);
