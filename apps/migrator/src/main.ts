import { readFileSync } from "node:fs";
import { parseEnvironment } from "@severalty/domain/environment";
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { assertMayDrop, assertMayGoDown, check, down, partitions, plan, status, up } from "./commands.ts";
import { type MigratorEnv, migratorEnv } from "./env.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { createLog, type Log } from "./log.ts";
import { prepare } from "./prepare.ts";
import { DemoInProductionError, seed } from "./seed.ts";

const now = () => new Date();

/** As far as it is known: the environment may be what is wrong. */
let log: Log = createLog(process.env["LOG_FORMAT"] === "json" ? "json" : "pretty", now);

const run = async (): Promise<number> => {
  const given = readArguments(process.argv.slice(2));
  if (given.help) {
    console.log(usage);
    return 0;
  }
  const env = parseEnvironment(migratorEnv, process.env, (path) => readFileSync(path, "utf8"));
  log = createLog(env.LOG_FORMAT, now);
  if (given.demo !== undefined && env.ENVIRONMENT === "production") throw new DemoInProductionError();
  if (given.command === "down") assertMayGoDown(env, given);
  assertMayDrop(env, given);
  if (given.command === "doctor") return doctor(env, given, log.say, now());
  const isReading = given.command === "status" || given.command === "plan" || given.command === "check";
  await prepare(env, { provisions: !isReading }, log.say);
  return execute(env, given);
};

const execute = async (env: MigratorEnv, given: Arguments): Promise<number> => {
  if (given.command === "status") return status(env, given, now());
  if (given.command === "check") return check(env, now());
  if (given.command === "plan") await plan(env, given);
  if (given.command === "down") await down(env, given, log.say);
  if (given.command === undefined || given.command === "up") await up(env, given, log.say, now());
  if (given.command === "partitions") await partitions(env, given, log.say, now());
  if (given.command === undefined || given.command === "seed")
    await seed(env, { demo: given.demo, clock: now }, log.say);
  return 0;
};

process.exitCode = await run().catch((error: unknown) => {
  const { message, exitCode } = explain(error);
  log.fail(message, exitCode);
  return exitCode;
});
