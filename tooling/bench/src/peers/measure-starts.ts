import type { Bench } from "../bench.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import { contenders } from "../contenders/contenders.ts";
import { serve, type Served } from "../contenders/serve.ts";
import { databases } from "../data/make-databases.ts";
import { median } from "../load/statistics.ts";
import type { Plan } from "../plan.ts";

/**
 * From the start of each server's process to its first answer, in milliseconds: the median of several starts, all servers in turn. The last
 * start of each is that of the servers which are running.
 */
export const measureStarts = async (
  bench: Bench,
  plan: Plan,
  running: readonly Served[],
): Promise<Map<ContenderName, number>> => {
  if (plan.starts > 1) bench.say(`starting others of their kind, ${plan.starts - 1} times each …`);
  const starts = running.map(({ name, startMs }) => ({ name, tookMs: [startMs] }));
  for (let start = 1; start < plan.starts; start++)
    for (const { name, tookMs } of starts) {
      const database = databases[contenders[name].serves];
      await using served = await serve(name, { bench, database, databasePort: bench.databasePort });
      tookMs.push(served.startMs);
    }
  return new Map(starts.map(({ name, tookMs }) => [name, median(tookMs)]));
};
