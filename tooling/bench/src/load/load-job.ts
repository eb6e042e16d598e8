import type { ContenderName } from "../contenders/contender-name.ts";
import type { WorldSize } from "../data/world.ts";
import type { Workload } from "./workload.ts";

/** What the load process is asked to do. */
export interface LoadJob {
  readonly contender: ContenderName;
  readonly port: number;
  readonly workload: Workload;
  readonly world: WorldSize;
  /** Clients, each of which sends its next request when it has its answer. */
  readonly connections: number;
  /** It ends with whichever comes first. */
  readonly durationMsMax: number;
  readonly requestsMax: number;
  readonly seed: number;
}

/** What came of it. */
export interface LoadResult {
  readonly requests: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the load generator itself needed of a processor, per request. */
  readonly cpuMs: number;
}
