/** How much each demo tenant holds. */
export interface DemoSize {
  readonly teams: number;
  /** Signed-up users, the administrator included. */
  readonly members: number;
  readonly agents: number;
  readonly documents: number;
  readonly tasks: number;
  /** Audit rows of agents' work, with tokens and cost. */
  readonly usage: number;
}

/** What there is much of grows with the scale; what a person would count by hand grows to a bound. */
export const demoSize = (scale: number): DemoSize => ({
  teams: Math.min(2 + scale, 12),
  members: Math.min(6 * scale, 60),
  agents: Math.min(4 * scale, 24),
  documents: 50 * scale,
  tasks: 10 * scale,
  usage: 30 * scale,
});

/** Rows that show in the progress of a tenant: what there is much of. */
export const demoRows = ({ documents, tasks, usage }: DemoSize): number => documents + tasks + usage;

/** How far back the demo tenants' audit logs reach, in days, and how many calendar months come after the first of them at most. */
export const demoHistoryDays = 240;
export const demoHistoryMonths = 8;
