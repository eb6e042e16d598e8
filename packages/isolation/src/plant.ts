import type { Client } from "pg";
import type { OtherRows } from "./database-state.ts";

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: "text" | "text[]" | "json" | "jsonb";
}

/**
 * Plants a text that occurs nowhere else into every column of the other tenant's rows that takes one: what a check or a key refuses keeps
 * what it has. Past every policy and trigger. Answers the columns that took one.
 */
export const plantCanaries = async (admin: Client, other: OtherRows): Promise<readonly string[]> => {
  const planted: string[] = [];
  await admin.query("begin; set local session_replication_role = replica");
  for (const column of await columnsOf(admin, Object.keys(other)))
    if (await plant(admin, column, other[column.table] ?? "false")) planted.push(`${column.table}.${column.name}`);
  await admin.query("commit");
  return planted;
};

const columnsOf = async (admin: Client, tables: readonly string[]): Promise<readonly Column[]> => {
  const { rows } = await admin.query<Column>(
    `select t as table, quote_ident(a.attname) as name, format_type(a.atttypid, a.atttypmod) as type
     from unnest($1::text[]) t join pg_attribute a on a.attrelid = t::regclass and a.attnum > 0 and not a.attisdropped
     where a.attgenerated = '' and format_type(a.atttypid, a.atttypmod) in ('text', 'text[]', 'json', 'jsonb')
       and a.attname not like 'hashed%' order by 1, a.attnum`,
    [tables],
  );
  return rows;
};

const plant = async (admin: Client, { table, name, type }: Column, condition: string): Promise<boolean> => {
  for (const value of valuesFor(type, name, `'cnry' || left(md5('${table}.${name}' || ctid::text), 16)`)) {
    await admin.query("savepoint planting");
    try {
      await admin.query(`update ${table} set ${name} = ${value} where ${condition}`);
      return true;
    } catch {
      await admin.query("rollback to savepoint planting");
    }
  }
  return false;
};

const valuesFor = (type: Column["type"], name: string, canary: string): readonly string[] => {
  if (type === "text" && name === "domain") return [`${canary} || '.example.com'`];
  if (type === "text")
    return name.includes("email") ? [`${canary} || '@example.com'`] : [canary, `'svk_' || substr(${canary}, 5, 12)`];
  if (type === "text[]") return [`coalesce(${name}, '{}') || array[${canary}]`];
  const object = `coalesce(${name}, '{}')::jsonb`;
  const withCanary = `case jsonb_typeof(${object}) when 'array' then ${object} || to_jsonb(${canary}) else ${object} || jsonb_build_object('canary', ${canary}) end`;
  return [`(${withCanary})::${type}`];
};
