import type { Procedure } from "./procedures.ts";

/** A difference that a procedure's `meta` allows. */
export interface Exemption {
  readonly aspect: string;
  readonly reason: string;
  /** Calls in which the worlds differed by it. */
  readonly differences: number;
}

/** What is exempt, and how often that was needed. */
export const exemptionsUnder = ({ exempt }: Procedure, needed: ReadonlyMap<string, number>): readonly Exemption[] =>
  Object.entries(exempt).map(([aspect, reason]) => ({ aspect, reason, differences: needed.get(aspect) ?? 0 }));

/** Exemptions without a reason, and those that no call needed. `needed` is undefined for a run that was cut short. */
export const exemptionFaults = (
  { path, exempt }: Procedure,
  needed: ReadonlyMap<string, number> | undefined,
): readonly string[] =>
  Object.entries(exempt).flatMap(([aspect, reason]) => {
    if (typeof reason !== "string" || reason.trim() === "") return [`${path} exempts ${aspect} without a reason`];
    if (needed === undefined || needed.has(aspect)) return [];
    return [`${path} exempts ${aspect} without need: no call showed a difference by it`];
  });
