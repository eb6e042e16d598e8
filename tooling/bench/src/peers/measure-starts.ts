import type { Bench } from "../bench.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import { contenders } from "../contenders/contenders.ts";
import { serve } from "../contenders/serve.ts";
import { databases } from "../data/make-databases.ts";
import { median } from "../load/statistics.ts";
import type { Plan } from "../plan.ts";

/** From the start of each server's process to its first answer, in milliseconds: the median of several starts, all servers in turn. */
export const measureStarts = async (
  bench: Bench,
  plan: Plan,
  names: readonly ContenderName[],
): Promise<Map<ContenderName, number>> => {
  bench.say(`starting ${names.length} servers, ${plan.starts} times each …`);
  const starts = names.map((name) => ({ name, tookMs: [] as number[] }));
  for (let start = 0; start < plan.starts; start++)
    for (const { name, tookMs } of starts) {
      const database = databases[contenders[name].serves];
      await using served = await serve(name, { bench, database, databasePort: bench.databasePort });
      tookMs.push(served.startMs);
    }
  return new Map(starts.map(({ name, tookMs }) => [name, median(tookMs)]));
};
