import { createHash } from "node:crypto";
import type { Mutant } from "./mutant.ts";

/** Which of all mutants are run. */
export interface Choice {
  /** Kinds or parts of ids, between commas. */
  readonly only?: string | undefined;
  /** So many in all, one kind after the other. */
  readonly sample?: number | undefined;
  /** So many of each kind, at most. */
  readonly perKind?: number | undefined;
}

/** The same mutants in every run: whatever is left out is left out by its name alone. */
export const choose = (mutants: readonly Mutant[], { only, sample, perKind = Infinity }: Choice): Mutant[] => {
  const isKind = new Set(mutants.map(({ kind }) => kind));
  const words = only?.split(",");
  const wanted = mutants.filter(
    ({ id, kind }) =>
      words === undefined || words.some((word) => kind === word || (!isKind.has(word) && id.includes(word))),
  );
  const kinds = [...Map.groupBy(wanted, ({ kind }) => kind).values()].map((group) => mixed(group).slice(0, perKind));
  if (sample === undefined) return mixed(kinds.flat());
  const chosen: Mutant[] = [];
  for (let round = 0; chosen.length < sample && kinds.some(({ length }) => length > round); round++)
    chosen.push(...kinds.flatMap((group) => group[round] ?? []));
  return mixed(chosen).slice(0, sample);
};

/** In an order that has nothing to do with their kinds: what is done of a run stands for all of it. */
const mixed = (mutants: readonly Mutant[]): Mutant[] =>
  mutants.toSorted((one, other) => (digest(one) < digest(other) ? -1 : 1));

const digest = ({ id }: Mutant): string => createHash("sha256").update(id).digest("hex");
