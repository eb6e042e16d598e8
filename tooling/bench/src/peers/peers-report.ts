import type { ContenderName } from "../contenders/contender-name.ts";
import type { WorldSize } from "../data/world.ts";
import type { Workload } from "../load/workload.ts";

/** What one workload came to: of each number the median of the rounds. */
export interface WorkloadResult {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Of the server's process, per request; undefined where the system does not tell. */
  readonly serverCpuMs: number | undefined;
  /** Of PostgreSQL's processes, per request. */
  readonly databaseCpuMs: number | undefined;
  /** Of the load generator, per request. */
  readonly loadCpuMs: number;
}

type PerWorkload<Value> = Partial<Record<Workload, Value>>;

/** What was measured of one server. */
export interface ContenderResult {
  readonly name: ContenderName;
  readonly label: string;
  readonly startMs: number;
  /** Requests before anything counted, beside a few of each workload. */
  readonly warmUpRequests: number;
  /** After them. */
  readonly memoryMb: number | undefined;
  readonly memoryPeakMb: number | undefined;
  readonly workloads: PerWorkload<WorkloadResult>;
  /** Round trips to the database per request. */
  readonly trips: PerWorkload<number>;
  /** With one client, by the round-trip time in milliseconds between server and database. */
  readonly latency: Readonly<Record<string, PerWorkload<Pick<WorkloadResult, "p50Ms" | "p99Ms">>>>;
}

/** Servers compared with each other, in one run on one machine. */
export interface PeersReport {
  readonly world: WorldSize;
  readonly connections: number;
  readonly rounds: number;
  /** What a query's round trip takes over the wire, in milliseconds, by the delay that is set. */
  readonly wire: Readonly<Record<string, number>>;
  readonly contenders: readonly ContenderResult[];
  /** Who could not be measured, and why. */
  readonly skipped: readonly { readonly name: ContenderName; readonly reason: string }[];
}
