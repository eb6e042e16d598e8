#!/usr/bin/env node
/** severalty-test [arguments of turbo] [-- arguments of vitest]: the tests of every package on a real PostgreSQL. */
import { REPOSITORY } from "./repository.ts";
import { runTests } from "./run-tests.ts";
import { stopSignal } from "./stop-signal.ts";

process.exit(
  await runTests({
    repository: REPOSITORY,
    args: process.argv.slice(2),
    env: process.env,
    stop: stopSignal(),
    say: console.log,
  }),
);
