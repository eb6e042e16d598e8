import type { Client } from "pg";
import { constraintsOf, tenantKeysOf, triggersOf, type ConstraintRow } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";
import { tableTests } from "./table-tests.ts";

/** Keys that forget the tenant, checks and triggers that are gone. */
export const keyMutants = async (admin: Client): Promise<Mutant[]> => {
  const constraints = await constraintsOf(admin);
  const mutants: Mutant[] = constraints.flatMap((row) => (row.kind === "f" ? foreignKey(row) : check(row)));
  for (const { table, short, name, columns, isPartitioned, definition } of await tenantKeysOf(admin)) {
    const rest = columns.filter((column) => column !== "tenant_id");
    if (isPartitioned && !rest.includes('"timestamp"')) continue;
    const nulls = / NULLS NOT DISTINCT/.test(definition) ? " nulls not distinct" : "";
    const where = / WHERE .*$/.exec(definition)?.[0] ?? "";
    const kind = "key without tenant";
    mutants.push({
      id: `${kind}:${table}.${name}`,
      kind,
      what: `${table}: (${rest.join(", ")}) is unique across tenants`,
      sql: `create unique index mutant_key on ${table} (${rest.join(", ")})${nulls}${where}`,
      ...tableTests(table, short, [sameValues]),
    });
  }
  for (const { table, short, name } of await triggersOf(admin)) {
    const tests = tableTests(table, short, [name.includes("audit") ? audit : "packages/db/test/last-admin.test.ts"]);
    const drop = `drop trigger ${name} on ${table}`;
    const disable = `alter table ${table} disable trigger ${name}`;
    mutants.push(
      {
        id: `trigger dropped:${table}.${name}`,
        kind: "trigger dropped",
        what: `${table}: ${name} is gone`,
        sql: drop,
        ...tests,
      },
      {
        id: `trigger disabled:${table}.${name}`,
        kind: "trigger disabled",
        what: `${table}: ${name} rests`,
        sql: disable,
        ...tests,
      },
    );
  }
  return mutants;
};

const sameValues = "packages/db/test/same-values.test.ts";
const drift = "packages/db/test/posture-drift.test.ts";
const audit = "packages/db/test/audit.test.ts";

const foreignKey = ({ table, short, name, columns, target, targetColumns, definition }: ConstraintRow): Mutant[] => {
  const tests = tableTests(table, short);
  const drop = `alter table ${table} drop constraint ${name}`;
  const mutants: Mutant[] = [
    {
      id: `foreign key dropped:${table}.${name}`,
      kind: "foreign key dropped",
      what: `${table}: ${name} is gone`,
      sql: drop,
      ...tests,
    },
  ];
  const at = columns.indexOf("tenant_id");
  if (columns.length < 2 || at < 0 || target === null) return mutants;
  const own = columns.filter((_, index) => index !== at);
  const theirs = targetColumns.filter((_, index) => index !== at);
  const actions = /( ON (?:DELETE|UPDATE) .*)$/.exec(definition)?.[1] ?? "";
  mutants.push({
    id: `foreign key without tenant:${table}.${name}`,
    kind: "foreign key without tenant",
    what: `${table}: (${own.join(", ")}) may name a row of another tenant`,
    sql: `create unique index mutant_target on ${target} (${theirs.join(", ")}); ${drop};
      alter table ${table} add constraint ${name} foreign key (${own.join(", ")}) references ${target} (${theirs.join(", ")})${actions}`,
    ...tests,
  });
  return mutants;
};

const check = ({ table, short, name, definition }: ConstraintRow): Mutant[] => {
  const kind = "check dropped";
  const sql = `alter table ${table} drop constraint ${name}`;
  return [
    {
      id: `${kind}:${table}.${name}`,
      kind,
      what: `${table}: ${definition}`,
      sql,
      ...tableTests(table, short, [drift]),
      isPosture: true,
    },
  ];
};
