import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Bench, serverEnv } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { median } from "./load/statistics.ts";
import { runProgram } from "./run-program.ts";

/** From the start of the server's process to its first open port. */
export const measureStart = async (bench: Bench): Promise<Figure[]> => {
  const { isQuick, programs, say } = bench;
  const settings = bench.env("bench_start");
  await runProgram(programs.migrator, ["up"], settings);
  say("starting the server …");
  const rounds: number[] = [];
  for (let round = 0; round < (isQuick ? 1 : 7); round++)
    rounds.push(await startOnce(programs.server, serverEnv(settings)));
  return [{ name: "server start", value: median(rounds), limit: 400, unit: "ms", on: "the bundle, with all entities" }];
};

const startOnce = async (program: string, env: Record<string, string>): Promise<number> => {
  const began = performance.now();
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) if ((said += String(text)).includes("listening on")) break;
  const tookMs = performance.now() - began;
  child.kill("SIGTERM");
  await ended;
  if (!said.includes("listening on")) throw new Error(`the server ended before it was listening: ${said}`);
  return tookMs;
};
