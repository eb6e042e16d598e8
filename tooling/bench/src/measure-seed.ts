import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { runProgram } from "./run-program.ts";

/** Demo data of a hundred tenants, with 5,000 documents each. */
export const measureSeed = async (bench: Bench): Promise<Figure[]> => {
  const { isQuick, programs, say } = bench;
  const [tenants, scale] = isQuick ? [5, 5] : [100, 100];
  const settings = bench.env("bench_seed");
  await runProgram(programs.migrator, ["up"], settings);
  say(`seeding ${tenants} tenants of ${50 * scale} documents …`);
  const tookMs = await runProgram(
    programs.migrator,
    ["seed", "--demo", "--tenants", String(tenants), "--scale", String(scale)],
    settings,
  );
  const on = `${tenants} tenants × ${50 * scale} documents`;
  return [{ name: "migrate seed --demo", value: tookMs / 1000, limit: 60, unit: "s", on }];
};
