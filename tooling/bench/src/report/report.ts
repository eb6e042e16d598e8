import type { Figure } from "../figure.ts";
import type { GrowthReport } from "../growth/growth-report.ts";
import type { PeersReport } from "../peers/peers-report.ts";

/** Everything that a run measured. */
export interface Report {
  /** When it began, ISO 8601. */
  readonly at: string;
  /** What it ran on. */
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly isQuick: boolean;
  readonly figures: readonly Figure[];
  readonly peers?: PeersReport | undefined;
  readonly growth?: GrowthReport | undefined;
}
