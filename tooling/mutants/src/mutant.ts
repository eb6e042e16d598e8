/** A stretch of a source file and what stands there instead. */
export interface Edit {
  /** Relative to the repository, such as `packages/db/src/orm.ts`. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One defence taken away: from the schema, from the roles of the server, or from the code. */
export interface Mutant {
  /** Unique, and the same in every run: the kind, a colon, and what it is about. */
  readonly id: string;
  readonly kind: string;
  /** What is not held any more, for a person. */
  readonly what: string;
  /** Applied to the migrated template, by a superuser. */
  readonly sql?: string;
  /** Takes back what `sql` did to roles, which all databases of a server share; only mutants of roles have it. */
  readonly undo?: string;
  readonly edits?: readonly Edit[];
  /** Words by which tests that are about it can be known: tables, functions, classes, file names. */
  readonly words: readonly string[];
  /** Test files to ask first, relative to the repository. */
  readonly first?: readonly string[];
  /** The entity whose part of the first files is asked before the whole of them. */
  readonly entity?: string;
  /** Asked before behaviour: what no call can show, such as FORCE for an owner who never logs in. */
  readonly isPosture?: boolean;
}

/** Who noticed: a test of what the software does, or one of how the database is set up. */
export type Noticer = "behaviour" | "posture" | "time";

/** What became of a mutant. */
export interface Verdict {
  readonly id: string;
  readonly kind: string;
  readonly what: string;
  /** `invalid`: it could not be applied, so that nothing was tried. */
  readonly outcome: "killed" | "survived" | "invalid";
  readonly by?: Noticer | undefined;
  /** The test that failed first, or why it is invalid. */
  readonly test?: string | undefined;
  readonly ms: number;
}
