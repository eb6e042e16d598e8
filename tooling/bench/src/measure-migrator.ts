import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { median } from "./load/statistics.ts";
import { runProgram } from "./run-program.ts";

/** Each command as a process, with nothing to do, on a database of many tenants. */
export const measureMigrator = async (bench: Bench): Promise<Figure[]> => {
  const { isQuick, programs, say } = bench;
  const tenants = isQuick ? 10 : 1000;
  const settings = bench.env("bench_migrator");
  await runProgram(programs.migrator, ["up"], settings);
  say(`seeding ${tenants} tenants …`);
  await runProgram(programs.migrator, ["seed", "--demo", "--tenants", String(tenants)], settings);
  const figures: Figure[] = [];
  for (const [command, limit] of Object.entries({ up: 1000, status: 1500, check: 1500 })) {
    say(`migrate ${command} …`);
    const rounds: number[] = [];
    for (let round = 0; round < 5; round++) rounds.push(await runProgram(programs.migrator, [command], settings));
    figures.push({ name: `migrate ${command}`, value: median(rounds), limit, unit: "ms", on: `${tenants} tenants` });
  }
  return figures;
};
