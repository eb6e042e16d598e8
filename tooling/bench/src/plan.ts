import type { ContenderName } from "./contenders/contender-name.ts";
import type { WorldSize } from "./data/world.ts";
import type { Workload } from "./load/workload.ts";

/** What is asked for on the command line. */
export interface Wishes {
  readonly isQuick: boolean;
  readonly rtts: readonly number[];
  readonly names: readonly ContenderName[];
  readonly workloads: readonly Workload[];
  /** Numbers of tenants that growth is measured with; undefined for the usual ones. */
  readonly growth: readonly number[] | undefined;
}

/** How much is measured, and for how long: every loop ends by one of these numbers. */
export interface Plan extends Wishes {
  readonly world: WorldSize;
  /** Starts of each server, of which the median counts. */
  readonly starts: number;
  /** Requests of W4 before anything counts, and of each other workload; at most that long each. */
  readonly warmUp: { readonly requests: number; readonly others: number; readonly msMax: number };
  /** Clients at once, when it is about how much a server can do. */
  readonly connections: number;
  readonly rounds: number;
  readonly roundMs: number;
  /** With one client over a wire. */
  readonly latency: { readonly rounds: number; readonly roundMs: number };
  /** Requests while round trips are counted. */
  readonly counted: number;
  readonly growth: readonly number[];
  /** Documents of each tenant while their number grows. */
  readonly growthDocuments: number;
}

/** Everything, with the numbers that fit the wishes. */
export const planOf = (wishes: Wishes): Plan =>
  wishes.isQuick ? { ...quick, ...rest(wishes, quick) } : { ...full, ...rest(wishes, full) };

const rest = (wishes: Wishes, { growth }: { growth: readonly number[] }) => ({
  ...wishes,
  growth: wishes.growth ?? growth,
});

const full = {
  world: { tenants: 200, documents: 5_000 },
  starts: 5,
  warmUp: { requests: 10_000, others: 1_000, msMax: 180_000 },
  connections: 16,
  rounds: 5,
  roundMs: 2_000,
  latency: { rounds: 3, roundMs: 1_000 },
  counted: 200,
  growth: [10, 1_000, 10_000],
  growthDocuments: 20,
};

const quick = {
  world: { tenants: 20, documents: 500 },
  starts: 1,
  warmUp: { requests: 80, others: 12, msMax: 1_000 },
  connections: 16,
  rounds: 1,
  roundMs: 250,
  latency: { rounds: 1, roundMs: 200 },
  counted: 20,
  growth: [10, 100, 1_000],
  growthDocuments: 20,
};
