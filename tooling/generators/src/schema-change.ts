import { GeneratorError } from "./generator-error.ts";
import { plainNames, splitAtCommas } from "./sql-text.ts";
import { tableMigration } from "./table-migration.ts";

/** Statements that make a change, and those that take it back. */
export interface Steps {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** A change of the schema in two migrations, either of which may be empty. */
export interface SchemaChange {
  /** Tables, columns and constraints, in one transaction. */
  readonly transactional: Steps;
  /** Indexes of tables that are there already, built while writers go on: without a transaction. */
  readonly concurrent: Steps;
}

/**
 * How to make a database whose schema differs from the entities' by these statements like them, while the server before it still runs.
 * Throws `GeneratorError` with one line for each statement that no rule can write: those lose something, wait for the whole table,
 * or need a decision.
 */
export const schemaChange = (drift: readonly string[], isReadOnly: (table: string) => boolean): SchemaChange => {
  const statements = drift.map((text) => plainNames(text.trim().replace(/;$/, "")));
  const tables = inOrder(statements);
  const isNew = (text: string) => tables.some((table) => tableOf(text) === table);
  const all = `${drift.join(";\n")};\n`;
  const made = tables.map((table) => tableMigration(all, table, { isReadOnly: isReadOnly(table) }));
  const changes = statements.filter((text) => !isNew(text)).map(changeOf);
  const refused = changes.flatMap(({ refusal }) => refusal ?? []);
  if (refused.length > 0)
    throw new GeneratorError(`write these by hand, and run it again for the rest:\n  ${refused.join("\n  ")}`);
  const owners = new Set(made.map((table) => table.up.at(-1) ?? ""));
  const steps = inTurn([
    ...made.map((table) => ({ up: table.up.slice(0, -1), down: table.down })),
    ...changes.filter(({ isConcurrent }) => isConcurrent !== true),
    { up: [...owners], down: [] },
  ]);
  const indexes = inTurn(changes.filter(({ isConcurrent }) => isConcurrent === true));
  return {
    transactional: { up: steps.up, down: steps.down.toReversed() },
    concurrent: { up: indexes.up, down: indexes.down.toReversed() },
  };
};

interface Change extends Steps {
  readonly isConcurrent?: boolean;
  readonly refusal?: readonly string[];
}

/** Steps as they are taken; what takes them back is turned around at the end, once. */
const inTurn = (steps: readonly Steps[]): Steps => ({
  up: steps.flatMap(({ up }) => up),
  down: steps.flatMap(({ down }) => down),
});

/** New tables of tenants, each behind those that it refers to. Throws `GeneratorError` for one that is no tenant's, and for a circle. */
const inOrder = (statements: readonly string[]): string[] => {
  const left = statements.flatMap((text) => /^create table (\S+)/.exec(text)?.[1] ?? []);
  const ordered: string[] = [];
  for (const table of left)
    if (!statements.some((text) => isTenantPolicy(text, table)))
      throw new GeneratorError(
        `${table} is no table of a tenant, so who may read it is a decision: write its migration by hand`,
      );
  while (left.length > 0) {
    const next = left.find((table) =>
      targetsOf(statements, table).every((target) => target === table || !left.includes(target)),
    );
    if (next === undefined)
      throw new GeneratorError(`${left.join(" and ")} refer to each other: write their migration by hand`);
    ordered.push(...left.splice(left.indexOf(next), 1));
  }
  return ordered;
};

const isTenantPolicy = (text: string, table: string): boolean =>
  text.startsWith("create policy ") &&
  text.includes(
    ` on ${table} to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  );

const targetsOf = (statements: readonly string[], table: string): string[] =>
  statements
    .filter((text) => text.startsWith(`alter table ${table} add constraint `))
    .flatMap((text) => / references (\S+)/.exec(text)?.[1] ?? []);

const tableOf = (text: string): string =>
  /^(?:create table|alter table|create (?:unique )?index \S+ on|create policy \S+ on|create trigger .*? on) (\S+)/.exec(
    text,
  )?.[1] ?? "";

const changeOf = (text: string): Change => {
  const [, index, table = ""] = /^create index (\w+) on (\w+\.\w+)/.exec(text) ?? [];
  if (index !== undefined) {
    const drop = `drop index concurrently if exists ${table.split(".")[0]}.${index}`;
    return {
      isConcurrent: true,
      up: [drop, text.replace("create index ", "create index concurrently ")],
      down: [drop],
    };
  }
  const [, altered = "", rest] = /^alter table (\S+) (.*)$/s.exec(text) ?? [];
  if (rest === undefined) return refuse(text);
  const parts = splitAtCommas(rest).map((part) => alterationOf(altered, part));
  return { ...inTurn(parts), refusal: parts.flatMap(({ refusal }) => refusal ?? []) };
};

/** One action of an ALTER TABLE. */
const alterationOf = (table: string, part: string): Change => {
  const alter = `alter table ${table}`;
  const [, constraint, kind] = /^add constraint (\w+) (check|foreign key|unique)\b/.exec(part) ?? [];
  if (kind === "unique") return refuse(`${alter} ${part}`, "what is there may not be unique");
  if (constraint !== undefined)
    return {
      up: [`${alter} ${part} not valid`, `${alter} validate constraint ${constraint}`],
      down: [`${alter} drop constraint ${constraint}`],
    };
  const [, column, definition = ""] = /^add (?!constraint )(\S+) (.*)$/s.exec(part) ?? [];
  if (column === undefined) return refuse(`${alter} ${part}`);
  if (!isFree(definition))
    return refuse(
      `${alter} ${part}`,
      "rows that are there have no value: add it as optional, fill it, then require it",
    );
  return { up: [`${alter} add column ${column} ${definition}`], down: [`${alter} drop column ${column}`] };
};

/** Whether a new column costs nothing: optional, or with one constant for all rows (PostgreSQL manual, ALTER TABLE, notes). */
const isFree = (definition: string): boolean => {
  const bare = definition.replace(/ default (?:-?[\d.]+|true|false|'(?:[^']|'')*')$/, "");
  return bare.endsWith(" not null") ? bare !== definition : bare.endsWith(" null");
};

const refuse = (text: string, why = "no rule writes this"): Change => ({
  up: [],
  down: [],
  refusal: [`${text}: ${why}`],
});
