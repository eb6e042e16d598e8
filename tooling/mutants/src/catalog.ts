import type { Client } from "pg";

const ours = "('app', 'auth', 'sealed', 'archive')";

/** A table of ours, partitions included. */
export interface TableRow {
  readonly name: string;
  readonly short: string;
  readonly isPartition: boolean;
  readonly isForced: boolean;
  readonly isEnabled: boolean;
}

/** Rows of a catalog query. */
export const rowsOf = async <Row extends object>(admin: Client, sql: string): Promise<Row[]> =>
  (await admin.query<Row>(sql)).rows;

/** Every table of Severalty's schemas. */
export const tablesOf = (admin: Client): Promise<TableRow[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as name, c.relname::text as short, c.relispartition as "isPartition",
       c.relrowsecurity as "isEnabled", c.relforcerowsecurity as "isForced"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ${ours} and c.relkind in ('r', 'p') order by 1`,
  );

export interface PolicyRow {
  readonly table: string;
  readonly short: string;
  readonly policy: string;
  readonly using: string | null;
  readonly check: string | null;
}

/** Every policy, with its expressions. */
export const policiesOf = (admin: Client): Promise<PolicyRow[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, c.relname::text as short, p.polname::text as policy,
       pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
     from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace order by 1, 3`,
  );

export interface ConstraintRow {
  readonly table: string;
  readonly short: string;
  readonly name: string;
  readonly kind: "c" | "f";
  readonly definition: string;
  readonly columns: string[];
  readonly target: string | null;
  readonly targetColumns: string[];
}

/** Checks and foreign keys of whole tables. */
export const constraintsOf = (admin: Client): Promise<ConstraintRow[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, c.relname::text as short, k.conname::text as name, k.contype::text as kind,
       pg_get_constraintdef(k.oid) as definition, ${namesOf("k.conrelid", "k.conkey")} as columns,
       (select tn.nspname || '.' || t.relname from pg_class t join pg_namespace tn on tn.oid = t.relnamespace where t.oid = k.confrelid)
         as target, ${namesOf("k.confrelid", "k.confkey")} as "targetColumns"
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ${ours} and k.contype in ('c', 'f') and not c.relispartition and k.coninhcount = 0 order by 1, 3`,
  );

const namesOf = (table: string, numbers: string) =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality listed (number, place)
     join pg_attribute a on a.attrelid = ${table} and a.attnum = listed.number order by listed.place)`;

export interface UniqueRow {
  readonly table: string;
  readonly short: string;
  readonly name: string;
  readonly definition: string;
  readonly columns: string[];
  readonly isPartitioned: boolean;
}

/** Unique indexes of whole tables that hold the tenant. */
export const tenantKeysOf = (admin: Client): Promise<UniqueRow[]> =>
  rowsOf(
    admin,
    `select * from (
       select n.nspname || '.' || t.relname as table, t.relname::text as short, c.relname::text as name,
         pg_get_indexdef(i.indexrelid) as definition, t.relkind = 'p' as "isPartitioned",
         array(select pg_get_indexdef(i.indexrelid, at, true) from generate_series(1, i.indnkeyatts) at) as columns
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
       join pg_namespace n on n.oid = t.relnamespace
       where n.nspname in ${ours} and i.indisunique and not t.relispartition) k
     where 'tenant_id' = any (columns) and cardinality(columns) > 1 order by 1, 3`,
  );

export interface TriggerRow {
  readonly table: string;
  readonly short: string;
  readonly name: string;
}

/** Triggers that somebody wrote. */
export const triggersOf = (admin: Client): Promise<TriggerRow[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, c.relname::text as short, t.tgname::text as name
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and not c.relispartition order by 1, 3`,
  );

export interface FunctionRow {
  readonly name: string;
  /** With the types of its arguments. */
  readonly signature: string;
  readonly definition: string;
  readonly body: string;
  readonly isDefiner: boolean;
  readonly isPinned: boolean;
  readonly returnsTrigger: boolean;
}

/** Functions of ours, with their sources. */
export const functionsOf = (admin: Client): Promise<FunctionRow[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || p.proname as name, p.oid::regprocedure::text as signature, pg_get_functiondef(p.oid) as definition,
       p.prosrc as body, p.prosecdef as "isDefiner", coalesce(p.proconfig::text like '%search_path%', false) as "isPinned",
       p.prorettype = 'trigger'::regtype as "returnsTrigger"
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ${ours} and p.prokind = 'f' order by 1, 2`,
  );
