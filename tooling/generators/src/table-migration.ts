import { GeneratorError } from "./generator-error.ts";
import { plainNames, splitAtCommas } from "./sql-text.ts";

/** Statements that make a table of a tenant, and the one that takes it back. */
export interface TableMigration {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/**
 * The migration for one new table of a tenant, out of MikroORM's SQL for it: the same statements with all constraints in one CREATE
 * TABLE, and the grants of each role and the owner, of which an ORM knows nothing. Throws `GeneratorError` when `sql` does not create the table, or does
 * to it what no rule here knows.
 */
export const tableMigration = (
  sql: string,
  table: string,
  options: { readonly isReadOnly?: boolean } = {},
): TableMigration => {
  const own = statementsAbout(plainNames(sql), table);
  const create = takeOne(own, `create table ${table} (`, table);
  const constraints = take(own, `alter table ${table} add constraint `).map((text) =>
    text.slice(text.indexOf("constraint ")),
  );
  const indexes = take(own, "create index ").concat(take(own, "create unique index "));
  const triggers = take(own, "create trigger ");
  const security = [
    takeOne(own, `alter table ${table} enable row level security`, table),
    takeOne(own, `alter table ${table} force row level security`, table),
    ...takeSome(own, "create policy ", table),
  ];
  if (own.length > 0) throw new GeneratorError(`no rule is known for ${own.join("; ")}`);
  const privileges = options.isReadOnly === true ? "select" : "select, insert, update, delete";
  return {
    up: [
      withConstraints(create, table, constraints),
      ...indexes,
      ...security,
      `grant ${privileges} on ${table} to severalty_app`,
      ...(security.some((text) => text.includes(" to severalty_platform using "))
        ? [`grant select${readableBy(create)} on ${table} to severalty_platform`]
        : []),
      ...triggers,
      "reassign owned by severalty_migrator to severalty_owner",
    ],
    down: [`drop table ${table}`],
  };
};

/** Commands on one table, each without its semicolon. MikroORM ends each of its lines with one. */
const statementsAbout = (sql: string, table: string): string[] => {
  const about = new RegExp(`^(?:create table|alter table|create .* on) ${table.replaceAll(".", "\\.")}(?![\\w.])`, "s");
  return sql
    .split(/;\n/)
    .map((text) => text.trim().replace(/;$/, ""))
    .filter((text) => about.test(text));
};

const take = (from: string[], beginning: string): string[] => {
  const found = from.filter((text) => text.startsWith(beginning));
  for (const text of found) from.splice(from.indexOf(text), 1);
  return found;
};

const takeOne = (from: string[], beginning: string, table: string): string => {
  const [found = "", ...more] = takeSome(from, beginning, table);
  if (more.length > 0) throw new GeneratorError(`${table} has more than one statement that begins with ${beginning}`);
  return found;
};

const takeSome = (from: string[], beginning: string, table: string): string[] => {
  const found = take(from, beginning);
  if (found.length === 0) throw new GeneratorError(`${table} has no statement that begins with ${beginning}`);
  return found;
};

/**
 * The columns that the platform's role reads, if they are not all: what is binary is a hash, a ciphertext or a wrapped key, and nobody's
 * to look at (the doctor's rules grant-platform-binary and grant-platform-missing).
 */
const readableBy = (create: string): string => {
  const columns = columnsOf(create).filter(
    (part) => !/^(?:primary key|unique|constraint|check|foreign key)\b/.test(part),
  );
  const readable = columns.filter((part) => !/^(?:"[^"]+"|\S+) bytea\b/.test(part));
  const names = readable.map((part) => /^(?:"[^"]+"|\S+)/.exec(part)?.[0]);
  return readable.length === columns.length ? "" : ` (${names.join(", ")})`;
};

/** The parts of a CREATE TABLE between its outer parentheses. */
const columnsOf = (create: string): string[] =>
  splitAtCommas(create.slice(create.indexOf("(") + 1, create.lastIndexOf(")")));

const isForeign = (constraint: string): boolean => / foreign key \(/.test(constraint);

/** Columns and constraints on lines of their own: keys first, then checks, as MikroORM has them. */
const withConstraints = (create: string, table: string, constraints: readonly string[]): string => {
  const columns = columnsOf(create);
  const sorted = [...constraints.filter(isForeign), ...constraints.filter((text) => !isForeign(text))];
  return `create table ${table} (\n${[...columns, ...sorted].map((part) => `  ${part}`).join(",\n")}\n)`;
};
