import { createHash } from "node:crypto";
import type { Mutant } from "./mutant.ts";

/** Which of all mutants are run. */
export interface Choice {
  /** A kind, or a part of an id. */
  readonly only?: string | undefined;
  /** So many in all, one kind after the other. */
  readonly sample?: number | undefined;
  /** So many of each kind, at most. */
  readonly perKind?: number | undefined;
}

/** The same mutants in every run: whatever is left out is left out by its name alone. */
export const choose = (mutants: readonly Mutant[], { only, sample, perKind = Infinity }: Choice): Mutant[] => {
  const wanted = mutants.filter(({ id, kind }) => only === undefined || kind === only || id.includes(only));
  const kinds = [...Map.groupBy(wanted, ({ kind }) => kind).values()].map((group) =>
    group.toSorted((one, other) => (digest(one) < digest(other) ? -1 : 1)).slice(0, perKind),
  );
  if (sample === undefined) return kinds.flat();
  const chosen: Mutant[] = [];
  for (let round = 0; chosen.length < sample && kinds.some(({ length }) => length > round); round++)
    chosen.push(...kinds.flatMap((group) => group[round] ?? []));
  // Kinds come in the order of their names' digests too, so that a small sample is not all policies.
  return chosen.toSorted((one, other) => (digest(one) < digest(other) ? -1 : 1)).slice(0, sample);
};

const digest = ({ id }: Mutant): string => createHash("sha256").update(id).digest("hex");
