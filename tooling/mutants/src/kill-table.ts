import Table from "cli-table3";
import { explained } from "./explained.ts";
import type { Verdict } from "./mutant.ts";

/** Counts of one kind, or of all. */
export interface KillCounts {
  readonly kind: string;
  readonly generated: number;
  readonly run: number;
  readonly behaviour: number;
  readonly posture: number;
  readonly time: number;
  readonly invalid: number;
  readonly explained: number;
  readonly survived: number;
}

/** A row per kind, and one of all; `generated` says how many there are of each. */
export const killCounts = (verdicts: readonly Verdict[], generated: ReadonlyMap<string, number>): KillCounts[] => {
  const kinds = [...new Set(verdicts.map(({ kind }) => kind))];
  const rows = kinds.map((kind) =>
    countOf(
      kind,
      verdicts.filter((verdict) => verdict.kind === kind),
      generated.get(kind) ?? 0,
    ),
  );
  const all = kinds.reduce((sum, kind) => sum + (generated.get(kind) ?? 0), 0);
  return [...rows, countOf("all", verdicts, all)];
};

const countOf = (kind: string, verdicts: readonly Verdict[], generated: number): KillCounts => {
  const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length;
  return {
    kind,
    generated,
    run: verdicts.length,
    behaviour: count(({ by }) => by === "behaviour"),
    posture: count(({ by }) => by === "posture"),
    time: count(({ by }) => by === "time"),
    invalid: count(({ outcome }) => outcome === "invalid"),
    explained: count(isExplained),
    survived: count((verdict) => verdict.outcome === "survived" && !isExplained(verdict)),
  };
};

/** Survived for a reason that is written down. */
export const isExplained = ({ outcome, id }: Verdict): boolean => outcome === "survived" && explained[id] !== undefined;

/** Killed among those that could be killed, in percent: equivalent mutants and invalid ones left out. */
export const killRate = ({ behaviour, posture, time, survived }: KillCounts): number => {
  const killed = behaviour + posture + time;
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
};

const columns = [
  "kind",
  "generated",
  "run",
  "behaviour",
  "posture",
  "time",
  "invalid",
  "explained",
  "survived",
] as const;

/** The counts as a person reads them. */
export const killTable = (counts: readonly KillCounts[]): string => {
  const table = new Table({ head: [...columns, "killed"], style: { head: [], border: [] } });
  for (const row of counts)
    table.push([...columns.map((column) => String(row[column])), `${killRate(row).toFixed(1)} %`]);
  return table.toString();
};
