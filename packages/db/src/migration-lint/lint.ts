import {
  definerSearchPath,
  invokerView,
  noBlanketGrant,
  noDefaultPrivileges,
  noRestrictivePolicy,
  noSubSelectInPolicy,
} from "./access-rules.ts";
import { concurrentIndex, notValidFirst, resumable } from "./live-table-rules.ts";
import { isTransactional, type ListedMigration, statementsOf } from "../migration/listed-migration.ts";
import { readSql } from "./read-sql.ts";
import type { Rule } from "./rule.ts";
import { canonicalPolicy, compositeForeignKey, explicitGrant, noSetNull, rowSecurity } from "./tenancy-rules.ts";

/** Every rule that the SQL of a migration's `up` is held against. */
export const rules: readonly Rule[] = [
  rowSecurity,
  canonicalPolicy,
  explicitGrant,
  compositeForeignKey,
  noSetNull,
  noRestrictivePolicy,
  noSubSelectInPolicy,
  noDefaultPrivileges,
  noBlanketGrant,
  invokerView,
  definerSearchPath,
  concurrentIndex,
  notValidFirst,
  resumable,
];

/** A breach of a rule, ready to be read. */
export interface Finding {
  readonly rule: string;
  /** `file:line`, or `file, statement N` when the text is put together there and no line holds it. */
  readonly place: string;
  readonly message: string;
}

/** Every breach in a migration. `source` is its file's path and text. */
export const lintMigration = async (
  listed: ListedMigration,
  source: { readonly path: string; readonly text: string },
): Promise<Finding[]> => {
  const migration = {
    name: listed.name,
    isTransactional: isTransactional(listed),
    statements: readSql(await statementsOf(listed, "up")),
  };
  return rules.flatMap((rule) =>
    rule.find(migration).map(({ statement, what }) => ({
      rule: rule.name,
      place: placeOf(statement, source),
      message: `${what}. ${rule.reason} ${rule.mend}`,
    })),
  );
};

const placeOf = (
  { text, number }: { readonly text: string; readonly number: number },
  source: { readonly path: string; readonly text: string },
): string => {
  const [firstLine = ""] = text.trim().split("\n", 1);
  const line = source.text.split("\n").findIndex((candidate) => candidate.includes(firstLine));
  return line === -1 ? `${source.path}, statement ${number}` : `${source.path}:${line + 1}`;
};
