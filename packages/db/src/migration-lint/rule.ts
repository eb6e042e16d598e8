/** One command of a migration. */
export interface LintedStatement {
  /** Lower case, one blank for any white space; without comments, quotes of names, and what literals and bodies hold. */
  readonly sql: string;
  /** As the migration adds it, together with whatever stands in the same text. */
  readonly text: string;
  /** From 1, of the text that it stands in. */
  readonly number: number;
}

/** A migration as rules see it. */
export interface LintedMigration {
  readonly name: string;
  readonly isTransactional: boolean;
  readonly statements: readonly LintedStatement[];
}

/** A statement that breaks a rule, and what about it does. */
export interface Breach {
  readonly statement: LintedStatement;
  readonly what: string;
}

/** What no migration may do. Reason and mend are sentences for whoever broke it. */
export interface Rule {
  readonly name: string;
  readonly reason: string;
  readonly mend: string;
  readonly find: (migration: LintedMigration) => Breach[];
}

/** A rule about single statements: `what` answers what is wrong with one, or undefined. */
export const eachStatement =
  (what: (sql: string, migration: LintedMigration) => string | undefined): Rule["find"] =>
  (migration) =>
    migration.statements.flatMap((statement) => {
      const wrong = what(statement.sql, migration);
      return wrong === undefined ? [] : [{ statement, what: wrong }];
    });
