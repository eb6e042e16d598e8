import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Distance } from "./import-graph.ts";
import type { Mutant } from "./mutant.ts";

/** A test file that may notice a mutant. */
export interface TestFile {
  /** Relative to the repository. */
  readonly file: string;
  readonly text: string;
}

/** Some files to ask at once, and which of their tests: all without a pattern. */
export interface Stage {
  readonly files: readonly string[];
  readonly pattern?: RegExp;
}

/** What a test file tells: how the database is set up, or what the software does. */
export const isPosture = (file: string): boolean => /\/(posture-|doctor|domain-agreement)/.test(file);

/**
 * About programs and formats, or about migrations that run: these compare what they migrate anew with the template, which no mutant of
 * the code would differ from, so that noticing one of the schema would prove nothing.
 */
const isBeside = (file: string): boolean =>
  /\/(migrat|audit-partitions\.|squawk|doctor-page|shipped-templates|seed)/.test(file);

/** Reads the test files, those left out that can notice nothing. */
export const readTests = (repository: string, files: readonly string[]): TestFile[] =>
  files
    .map((path) => ({ file: relative(repository, path), text: readFileSync(path, "utf8") }))
    .filter(({ file }) => !isBeside(file));

/** How many files are asked before all others: those that have most to do with the mutant. */
const relatedMax = 8;

/**
 * Whom to ask of a mutant, in turn: what has noticed others like it, its own tests, then whatever speaks of it, posture, and in the end
 * everything.
 */
export const stagesFor = (
  mutant: Mutant,
  { tests, distance, proven = [] }: { tests: readonly TestFile[]; distance: Distance; proven?: readonly string[] },
): Stage[] => {
  const first = [...proven, ...(mutant.first ?? [])].filter(
    (file, at, all) => all.indexOf(file) === at && tests.some((test) => test.file === file),
  );
  const others = tests.filter(({ file }) => !first.includes(file) && mayNotice(mutant, file, distance));
  const byRelation = others
    .map((test) => ({ ...test, score: relation(mutant, test, distance) }))
    .toSorted((one, other) => other.score - one.score);
  const behaviour = byRelation.filter(({ file }) => !isPosture(file));
  const related = behaviour.filter(({ score }) => score > 0).slice(0, relatedMax);
  const rest = behaviour.filter((test) => !related.includes(test));
  const posture = mutant.sql === undefined ? [] : byRelation.filter(({ file }) => isPosture(file));
  const part: Stage[] =
    mutant.entity === undefined ? [] : [{ files: first, pattern: new RegExp(`^${mutant.entity}\\b`) }];
  const stages: Stage[] = [
    ...part,
    { files: first },
    ...(mutant.isPosture === true ? [stageOf(posture), stageOf(related)] : [stageOf(related), stageOf(posture)]),
    stageOf(rest),
  ];
  return stages.filter(({ files }) => files.length > 0);
};

/** Tests that do not come to what was changed cannot notice it. */
const mayNotice = ({ edits }: Mutant, file: string, distance: Distance): boolean =>
  edits === undefined
    ? /^packages\/(db|api)\//.test(file)
    : edits.some((edit) => distance(file, edit.file) !== undefined);

const stageOf = (tests: readonly TestFile[]): Stage => ({ files: tests.map(({ file }) => file) });

/** How much a test file has to do with a mutant: its name counts for most, then how near it is by imports, then its text. */
const relation = ({ words, edits = [] }: Mutant, { file, text }: TestFile, distance: Distance): number => {
  let score = 0;
  for (const word of new Set(words.filter(({ length }) => length > 2))) {
    if (file.includes(kebab(word))) score += 20;
    for (const part of word.split(/[_.-]/)) if (part.length > 4 && file.includes(part)) score += 6;
    score += Math.min(5, text.split(word).length - 1);
  }
  const steps = Math.min(...edits.map((edit) => distance(file, edit.file) ?? Infinity));
  const walksOverAll = /\/(every-|other-tenant|isolation)/.test(file) ? 6 : 0;
  return score + walksOverAll + Math.max(0, 80 - 10 * steps);
};

const kebab = (word: string): string =>
  word.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, "");
