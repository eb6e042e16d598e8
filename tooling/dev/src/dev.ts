#!/usr/bin/env node
/** severalty-dev: everything a developer needs running, until Ctrl-C. */
import { dataFolder, PROGRAMS } from "./repository.ts";
import { runDev } from "./run-dev.ts";
import { serverPort } from "./server-port.ts";
import { stopSignal } from "./stop-signal.ts";

process.exit(
  await runDev({
    data: dataFolder(process.env),
    port: serverPort(process.env),
    env: process.env,
    programs: PROGRAMS,
    stop: stopSignal(),
    say: console.log,
  }),
);
