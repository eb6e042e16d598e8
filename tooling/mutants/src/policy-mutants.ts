import type { Client } from "pg";
import { policiesOf, tablesOf } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";
import { tableTests } from "./table-tests.ts";

const posture = "packages/db/test/posture-tables.test.ts";

/** Row-level security weakened, one table and one part at a time. */
export const policyMutants = async (admin: Client): Promise<Mutant[]> => {
  const mutants: Mutant[] = [];
  for (const { table, short, policy, using, check } of await policiesOf(admin)) {
    const add = (kind: string, what: string, sql: string) =>
      mutants.push({
        id: `${kind}:${table}.${policy}`,
        kind,
        what: `${table}: ${what}`,
        sql,
        ...tableTests(table, short),
      });
    add("policy dropped", "no policy lets the role in", `drop policy ${policy} on ${table}`);
    if (using !== "true")
      add("policy true", "every row for the role", `alter policy ${policy} on ${table} using (true) with check (true)`);
    if (using !== null && using !== "true")
      add("using widened", "rows of every tenant are seen", `alter policy ${policy} on ${table} using (true)`);
    if (check !== null && check !== "true")
      add("check widened", "rows of every tenant are written", `alter policy ${policy} on ${table} with check (true)`);
  }
  for (const { name, short, isEnabled, isForced } of await tablesOf(admin)) {
    const tests = tableTests(name, short);
    if (isEnabled) {
      const sql = `alter table ${name} disable row level security`;
      mutants.push({ id: `rls off:${name}`, kind: "rls off", what: `${name}: policies do not count`, sql, ...tests });
    }
    if (isForced) {
      const sql = `alter table ${name} no force row level security`;
      const what = `${name}: policies do not count for its owner`;
      const { words } = tests;
      mutants.push({ id: `force off:${name}`, kind: "force off", what, sql, words, first: [posture], isPosture: true });
    }
  }
  return mutants;
};
