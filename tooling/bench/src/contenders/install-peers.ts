import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { peersFolder } from "./peers-folder.ts";

/** Installs the peers as their lockfile has them, and generates Prisma's client, unless that was done for this very lockfile. */
export const installPeers = (say: (line: string) => void): void => {
  const lock = readFileSync(join(peersFolder, "pnpm-lock.yaml"), "utf8");
  const mark = join(peersFolder, "node_modules/.installed-for");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock && existsSync(join(peersFolder, "generated"))) return;
  say("installing the peers (once) …");
  run("npx", ["-y", "pnpm@12", "install", "--frozen-lockfile", "--ignore-workspace", "--ignore-scripts"]);
  run(process.execPath, ["node_modules/prisma/build/index.js", "generate", "--schema", "schema.prisma"]);
  writeFileSync(mark, lock);
};

const run = (program: string, args: readonly string[]): void => {
  // Generating needs no engine of Prisma's: told of any program as one, it downloads none.
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  };
  const { status, error } = spawnSync(program, args, { cwd: peersFolder, env, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${error?.message ?? `exit code ${status}`}`);
};
