import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { migrateUp, migrationStates } from "@severalty/db/migrate";
import { UnfitRoleError } from "@severalty/db/provision";
import { EnvironmentError, parseEnvironment } from "@severalty/domain/environment";
import { migratorEnv } from "./env.ts";
import { prepare, UnreachableError } from "./prepare.ts";
import { DemoInProductionError, seed } from "./seed.ts";

const usage = `usage: migrate [COMMAND] [OPTIONS]

  (none)   up, then seed
  up       run pending migrations; one migrator at a time, all or nothing
  status   list migrations and when each ran; exits 1 while any is pending
  seed     the reserved tenant "platform" and INITIAL_ADMINS; safe to repeat

  --demo   with seed or no command: also a demo tenant; refused in production
  --json   with status: as JSON
  --help   this text

exit codes: 0 done, 1 failed or pending, 2 wrong usage or environment, 3 database unreachable, 4 role unfit to migrate`;

/** The command line itself is wrong. */
class UsageError extends Error {}

const commands = ["up", "status", "seed"] as const;

const say = (line: string): void => console.log(line);

const run = async (): Promise<number> => {
  const { positionals, values } = readArguments();
  if (values.help) {
    say(usage);
    return 0;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0 || (command !== undefined && !(commands as readonly string[]).includes(command))) {
    throw new UsageError(`unknown command: ${positionals.join(" ")}`);
  }
  if (values.demo && command !== undefined && command !== "seed")
    throw new UsageError(`--demo does not go with ${command}`);
  if (values.json && command !== "status") throw new UsageError("--json goes with status alone");

  const env = parseEnvironment(migratorEnv, process.env, (path) => readFileSync(path, "utf8"));
  if (values.demo && env.ENVIRONMENT === "production") throw new DemoInProductionError();
  await prepare(env, say);
  if (command === "status") return status(env.DATABASE_URL, values.json);
  if (command !== "seed") await up(env.DATABASE_URL);
  if (command !== "up") await seed(env, { demo: values.demo }, say);
  return 0;
};

const readArguments = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        demo: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const up = async (url: string): Promise<void> => {
  const names = await migrateUp(url);
  say(names.length === 0 ? "migrations: nothing to do" : `migrations: ran ${names.join(", ")}`);
};

const status = async (url: string, asJson: boolean): Promise<number> => {
  const states = await migrationStates(url);
  if (asJson) say(JSON.stringify(states));
  else for (const { name, executedAt } of states) say(`${executedAt?.toISOString() ?? "pending".padEnd(24)}  ${name}`);
  return states.every(({ executedAt }) => executedAt !== null) ? 0 : 1;
};

const explain = (error: unknown): number => {
  if (error instanceof UsageError) {
    console.error(`migrate: ${error.message}\n\n${usage}`);
    return 2;
  }
  const isSaid = [EnvironmentError, DemoInProductionError, UnreachableError, UnfitRoleError].some(
    (kind) => error instanceof kind,
  );
  console.error(isSaid ? `migrate: ${(error as Error).message}` : error);
  if (error instanceof EnvironmentError || error instanceof DemoInProductionError) return 2;
  if (error instanceof UnreachableError) return 3;
  return error instanceof UnfitRoleError ? 4 : 1;
};

process.exitCode = await run().catch(explain);
