import { parseArgs } from "node:util";
import { contenderNames } from "./contenders/contender-name.ts";
import { workloads, type Workload } from "./load/workload.ts";
import type { Wishes } from "./plan.ts";

/** What can be measured, in the order in which it is. */
const measurementNames = ["seed", "migrator", "start", "enter", "search", "peers", "growth"] as const;

/** How it is used. */
export const usage = `usage: bench [--quick] [--only ${measurementNames.join(",")}]
             [--json] [--html FILE] [--charts DIR]
             [--peer ${contenderNames.join(",")}]
             [--workload ${Object.keys(workloads).join(",")}] [--rtt 0,1] [--tenants 10,1000,…]

  --quick        smaller data and fewer rounds: whether it works, not how fast it is
  --only NAME    some of the measurements
  --peer NAME    peers: some of the servers
  --workload W1  peers: some of the workloads
  --rtt MS       peers: round-trip times between server and database that one client's wait is measured with
  --tenants N    growth: numbers of tenants
  --json         everything that was measured as JSON
  --html FILE    as a page with charts, too
  --charts DIR   each of its charts as an SVG file in that folder, too

exits with 1 when a promise was not kept (never with --quick), with 2 on wrong usage`;

/** The command line makes no sense; the message says where. */
export class UsageError extends Error {}

/** What is asked for. Throws `UsageError`. */
export const readArguments = (args: readonly string[]) => {
  const values = parse(args);
  return {
    only: listOf("measurement", values.only, measurementNames),
    names: listOf("peer", values.peer, contenderNames),
    workloads: listOf("workload", values.workload, Object.keys(workloads) as Workload[]),
    rtts: numbersOf("--rtt", values.rtt, { min: 0, max: 100 }),
    growth:
      values.tenants === undefined ? undefined : numbersOf("--tenants", values.tenants, { min: 1, max: 1_000_000 }),
    isQuick: values.quick,
    json: values.json,
    html: values.html,
    charts: values.charts,
    help: values.help,
  } satisfies Wishes & Record<string, unknown>;
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", default: measurementNames.join(",") },
        peer: { type: "string", default: contenderNames.join(",") },
        workload: { type: "string", default: Object.keys(workloads).join(",") },
        rtt: { type: "string", default: "0,1" },
        tenants: { type: "string" },
        json: { type: "boolean", default: false },
        html: { type: "string" },
        charts: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const listOf = <Name extends string>(what: string, list: string, known: readonly Name[]): Name[] => {
  const asked = list.split(",");
  const unknown = asked.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new UsageError(`unknown ${what}: ${unknown.join(", ")}`);
  return known.filter((name) => asked.includes(name));
};

const numbersOf = (option: string, list: string, { min, max }: { min: number; max: number }): number[] => {
  const numbers = list.split(",").map(Number);
  if (numbers.every((number) => number >= min && number <= max)) return numbers;
  throw new UsageError(`${option} takes numbers from ${min} to ${max}, separated by commas`);
};
