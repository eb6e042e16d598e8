import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { isTransactional, type ListedMigration, statementsOf } from "../migration/listed-migration.ts";

const program = fileURLToPath(import.meta.resolve("squawk-cli/js/bin/squawk"));
const config = fileURLToPath(import.meta.resolve("../../.squawk.toml"));

/** What squawk finds in a migration's `up`: rule and statement's line, with its words. */
export const squawk = async (listed: ListedMigration): Promise<string[]> => {
  const mode = isTransactional(listed) ? [] : ["--no-assume-in-transaction"];
  const options = [`--config=${config}`, "--reporter=json", `--stdin-filepath=${listed.name}.sql`, ...mode];
  const child = spawn(process.execPath, [program, ...options], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(`${(await statementsOf(listed, "up")).join(";\n")};\n`);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (complaint !== "") throw new Error(complaint);
  const found = JSON.parse(out) as { rule_name: string; line: number; message: string }[];
  return found.map(({ rule_name: rule, line, message }) => `${rule}, line ${line + 1}: ${message}`);
};
