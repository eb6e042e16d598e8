import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { apply, type Change } from "./change.ts";
import { GeneratorError } from "./generator-error.ts";

/** What a command line said, beside what every generator knows. */
export interface Given {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | undefined>>;
}

/** A program that writes files. */
export interface Generator {
  readonly usage: string;
  /** Options that take text, beside --dry-run and --help. */
  readonly options: readonly string[];
  /** Every file that it makes or changes; writes none. Throws `GeneratorError`. */
  readonly generate: (root: string, given: Given) => Promise<readonly Change[]>;
}

/** Runs a generator on this repository for this process's command line. Exit code 2: nothing was written, and why was said. */
export const runGenerator = async (generator: Generator): Promise<void> => {
  try {
    await run(generator);
  } catch (error) {
    if (!(error instanceof GeneratorError)) throw error;
    console.error(`${error.message}\n\nNothing was written. --help says more.`);
    process.exitCode = 2;
  }
};

const run = async ({ usage, options, generate }: Generator): Promise<void> => {
  const { positionals, isHelp, isDryRun, values } = parse(options);
  if (isHelp) {
    console.log(usage);
    return;
  }
  const root = resolve(import.meta.dirname, "../../..");
  const changes = await generate(root, { positionals, values });
  if (changes.length === 0) console.log("nothing to write: the migrations make what the entities describe");
  if (!isDryRun) await apply(root, changes);
  for (const change of changes)
    console.log(isDryRun ? wholeOf(change) : `${change.kind === "create" ? "created" : "changed"}  ${change.path}`);
};

const wholeOf = ({ kind, path, text, added }: Change): string =>
  kind === "create" ? `--- create ${path}\n${text}` : `--- change ${path}\n+ ${added.join("\n+ ")}\n`;

const parse = (names: readonly string[]) => {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
        "dry-run": { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const given = values as Readonly<Record<string, string | undefined>>;
    return { positionals, values: given, isHelp: values.help === true, isDryRun: values["dry-run"] === true };
  } catch (error) {
    throw new GeneratorError(error instanceof Error ? error.message : String(error));
  }
};
