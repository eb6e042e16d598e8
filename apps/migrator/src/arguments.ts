import { parseArgs } from "node:util";

/** What --help says. */
export const usage = `usage: migrate [COMMAND] [OPTIONS]

  (none)      up, then seed
  up          run pending migrations, in order; one migrator at a time, each migration in a transaction of its own; then make the
              audit log's partitions, 12 months ahead
  down        take the newest migration back; with ENVIRONMENT=production only with --force-production
  status      list migrations and when each ran; exits 1 while any is pending
  plan        print the SQL of the migrations that up would run, and run nothing
  check       exit 1 when a migration is pending, unknown or was edited after it ran, the schema is not the entities', or the audit
              log's partitions are not made ahead
  doctor      look for whatever weakens the walls between tenants, and print the SQL that mends it; changes nothing, and exits 1 when
              an error is found
  partitions  make the audit log's partitions, 12 months ahead, and archive what is past its retention; for cron, every month
  seed        the reserved tenant "platform" and INITIAL_ADMINS; safe to repeat

  --to NAME           with up, plan: the last migration to run; with down: the newest to stay
  --steps N           with down: how many to take back; 1 by default
  --force-production  with down: yes, in production; it drops tables with what is in them
  --keep-months N     with partitions: whole months to keep beside the current one; AUDIT_RETENTION_MONTHS by default
  --drop              with partitions: drop what is past its retention, and what was archived before, instead of archiving it
  --demo              with seed or no command: also a demo tenant; refused in production
  --tenants N         with --demo: how many demo tenants, 1 to 10000; 1 by default
  --scale S           with --demo: how much each holds, 1 to 1000; 1 by default is 50 documents, 10 tasks, 30 runs of agents
  --json              with status, doctor: as JSON
  --strict            with doctor: exit 1 for warnings too
  --help              this text

exit codes:
  0  done
  1  status, check or doctor found something, or an error that has no code of its own
  2  wrong usage or environment
  3  database unreachable
  4  role unfit to migrate
  5  the database is newer than this program; nothing was changed
  6  a migration was edited after it ran; nothing was changed
  7  a migration or a partition failed; the message says what state the database is in
  8  a lock was not had in time, another migrator's or one on a table; or the migrator's own was lost`;

/** The command line itself is wrong. */
export class UsageError extends Error {}

const commands = ["up", "down", "status", "plan", "check", "doctor", "partitions", "seed"] as const;

/** Which commands an option goes with. */
const goesWith: Readonly<Record<string, readonly (Command | "no command")[]>> = {
  to: ["up", "down", "plan"],
  steps: ["down"],
  "force-production": ["down"],
  "keep-months": ["partitions"],
  drop: ["partitions"],
  demo: ["seed", "no command"],
  tenants: ["seed", "no command"],
  scale: ["seed", "no command"],
  json: ["status", "doctor"],
  strict: ["doctor"],
};

export type Command = (typeof commands)[number];

/** A command line that makes sense by itself. */
export interface Arguments {
  /** Undefined: `up`, then `seed`. */
  readonly command: Command | undefined;
  readonly to: string | undefined;
  readonly steps: number | undefined;
  readonly forceProduction: boolean;
  readonly keepMonths: number | undefined;
  readonly drop: boolean;
  /** Undefined: no demo data. */
  readonly demo: { readonly tenants: number; readonly scale: number } | undefined;
  readonly json: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

/** Of what stands behind the program's name. Throws `UsageError`. */
export const readArguments = (args: readonly string[]): Arguments => {
  const { positionals, values } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help !== true) {
    if (rest.length > 0 || !isCommand(command)) throw new UsageError(`unknown command: ${positionals.join(" ")}`);
    for (const option of Object.keys(values)) {
      const fit = goesWith[option] ?? [];
      const got = command ?? "no command";
      if (!fit.includes(got)) throw new UsageError(`--${option} goes with ${fit.join(", ")}; got ${got}`);
    }
    if (values.to !== undefined && values.steps !== undefined)
      throw new UsageError("--to and --steps: give one of them");
    for (const option of ["tenants", "scale"] as const)
      if (values[option] !== undefined && values.demo !== true) throw new UsageError(`--${option} goes with --demo`);
  }
  return {
    command: isCommand(command) ? command : undefined,
    to: values.to,
    steps: values.steps === undefined ? undefined : readCount("steps", values.steps, 9999),
    forceProduction: values["force-production"] ?? false,
    keepMonths: values["keep-months"] === undefined ? undefined : readCount("keep-months", values["keep-months"], 9999),
    drop: values.drop ?? false,
    demo:
      values.demo === true
        ? { tenants: readCount("tenants", values.tenants, 10_000), scale: readCount("scale", values.scale, 1000) }
        : undefined,
    json: values.json ?? false,
    strict: values.strict ?? false,
    help: values.help ?? false,
  };
};

const isCommand = (word: string | undefined): word is Command | undefined =>
  word === undefined || (commands as readonly string[]).includes(word);

/** A whole number from 1; 1 when nothing is given. */
const readCount = (option: string, text: string | undefined, max: number): number => {
  const count = Number(text ?? 1);
  if (text !== undefined && !(/^[1-9]\d*$/.test(text) && count <= max))
    throw new UsageError(`--${option} must be a whole number from 1 to ${max}, got ${text}`);
  return count;
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        to: { type: "string" },
        steps: { type: "string" },
        "force-production": { type: "boolean" },
        "keep-months": { type: "string" },
        drop: { type: "boolean" },
        demo: { type: "boolean" },
        tenants: { type: "string" },
        scale: { type: "string" },
        json: { type: "boolean" },
        strict: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};
