import type { Workload } from "../load/workload.ts";

/** What a request costs with that many tenants, or clients. */
export interface GrowthPoint {
  /** Tenants or clients. */
  readonly count: number;
  readonly p50Ms: number;
  readonly perSecond: number;
  /** Of the server after it; undefined where the system does not tell. */
  readonly memoryMb: number | undefined;
}

/** Severalty with ever more tenants, and ever more clients. */
export interface GrowthReport {
  readonly documents: number;
  /** One client, by the number of tenants. */
  readonly tenants: Readonly<Record<string, readonly GrowthPoint[]>>;
  /** As many clients as points say, with the most tenants. */
  readonly clients: Readonly<Record<string, readonly GrowthPoint[]>>;
}

/** What growth is measured with. */
export const growthWorkloads: readonly Workload[] = ["W1", "W2"];
