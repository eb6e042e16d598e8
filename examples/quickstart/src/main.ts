import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { SeveraltyError } from "@severalty/client";
import { findMarkdown, findProjectDocs, SetupError } from "./markdown-files.ts";
import { runQuickstart } from "./run-quickstart.ts";

const help = `Usage: pnpm quickstart [folder]

Registers two tenants, imports every Markdown file of the folder as documents of the first, reads them back and checks their hashes,
then reaches for each of them as the second tenant and compares every answer with that for an id that never existed.

  folder   where to look for Markdown files, recursively; the project's own documentation when absent
  --help   this text

The server is http://localhost:8000, or the port that PORT names, or wherever SEVERALTY_URL says. Start one with: pnpm dev

Exit code: 0 all held; 1 something crossed, differed, changed or was lost; 2 the run could not be made.`;

const repository = resolve(import.meta.dirname, "../../..");

const main = async (): Promise<number> => {
  const { values, positionals } = readArgs();
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  const [named] = positionals;
  // pnpm runs scripts in the project's root, whatever folder they were called from.
  const folder = named === undefined ? repository : resolve(process.env["INIT_CWD"] ?? process.cwd(), named);
  const paths = named === undefined ? findProjectDocs(folder) : findMarkdown(folder);
  if (paths.length === 0) throw new SetupError(`there is no Markdown file in ${folder}`);
  const isAllWell = await runQuickstart({ url: serverUrl(process.env), folder, paths, say: console.log });
  return isAllWell ? 0 : 1;
};

const readArgs = () => {
  try {
    const args = parseArgs({ options: { help: { type: "boolean", short: "h" } }, allowPositionals: true });
    if (args.positionals.length > 1) throw new SetupError("name one folder at most");
    return args;
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : String(error)} (see --help)`, { cause: error });
  }
};

const serverUrl = (env: NodeJS.ProcessEnv): string => env["SEVERALTY_URL"] || `http://localhost:${env["PORT"] || 8000}`;

/** What the caller can mend is said in a sentence; anything else is a fault of this program and keeps its stack. */
const explain = (error: unknown): unknown => {
  if (error instanceof SetupError) return `quickstart: ${error.message}`;
  if (!(error instanceof SeveraltyError)) return error;
  if (error.reason === "client/network" || error.reason === "client/bad-answer") {
    return `quickstart: ${error.message}\nStart a server with: pnpm dev   (or name another one: SEVERALTY_URL=https://… pnpm quickstart)`;
  }
  return `quickstart: the server refused: ${error.message} (${error.reason}, request ${error.requestId})`;
};

process.exitCode = await main().catch((error: unknown) => {
  console.error(explain(error));
  return 2;
});
