import type { Client } from "pg";

/** The schemas that are Severalty's own. */
const ours = "('app', 'auth', 'sealed', 'archive')";

export interface Table {
  readonly name: string;
  readonly isPartition: boolean;
  readonly isEnabled: boolean;
  readonly isForced: boolean;
  /** Whether it is in `app` and has a `tenant_id`. */
  readonly isScoped: boolean;
}

/** Every table, partitions included. */
export const tables = (admin: Client): Promise<Table[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as name, c.relispartition as "isPartition", c.relrowsecurity as "isEnabled",
       c.relforcerowsecurity as "isForced",
       n.nspname = 'app' and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as "isScoped"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ${ours} and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );

export interface Policy {
  readonly table: string;
  readonly name: string;
  readonly isPermissive: boolean;
  readonly command: string;
  readonly roles: string[];
  readonly using: string | null;
  readonly check: string | null;
}

export const policiesOf = (admin: Client): Promise<Policy[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, p.polname::text as name, p.polpermissive as "isPermissive",
       p.polcmd::text as command,
       array(select case when role = 0 then 'public' else role::regrole::text end from unnest(p.polroles) role) as roles,
       pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
     from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace order by 1, 2`,
  );

export interface Index {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  readonly columns: string[];
}

export const indexesOf = (admin: Client, table: string): Promise<Index[]> =>
  rowsOf(
    admin,
    `select i.indexrelid::regclass::text as qualified, c.relname::text as name, i.indisprimary as "isPrimary",
       i.indisunique as "isUnique",
       array(select pg_get_indexdef(i.indexrelid, at, true) from generate_series(1, i.indnkeyatts) at) as columns
     from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass order by c.relname`,
    [table],
  );

export interface ForeignKey {
  readonly table: string;
  readonly target: string;
  readonly columns: string[];
  readonly targetColumns: string[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

/** Foreign keys of whole tables; a partition has its parent's. */
export const foreignKeysOf = (admin: Client): Promise<ForeignKey[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, tn.nspname || '.' || t.relname as target,
       ${names("f.conrelid", "f.conkey")} as columns, ${names("f.confrelid", "f.confkey")} as "targetColumns",
       f.confupdtype::text as "onUpdate", f.confdeltype::text as "onDelete"
     from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_class t on t.oid = f.confrelid join pg_namespace tn on tn.oid = t.relnamespace
     where f.contype = 'f' and not c.relispartition and not t.relispartition order by 1, f.conname`,
  );

const names = (table: string, numbers: string) =>
  `array(select a.attname::text from unnest(${numbers}) with ordinality k (number, at)
     join pg_attribute a on a.attrelid = ${table} and a.attnum = k.number order by k.at)`;

export interface Trigger {
  readonly table: string;
  readonly definition: string;
  readonly enabled: string;
}

export const triggersOf = (admin: Client): Promise<Trigger[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, pg_get_triggerdef(t.oid) as definition, t.tgenabled::text as enabled
     from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal order by 1, 2`,
  );

export interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** pg_type.typtype: `e` is an enum. */
  readonly kind: string;
  readonly isNullable: boolean;
}

export const columnRows = (admin: Client): Promise<Column[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || c.relname as table, a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type,
       t.typtype::text as kind, not a.attnotnull as "isNullable"
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     join pg_type t on t.oid = a.atttypid
     where n.nspname in ${ours} and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`,
  );

export interface Grant {
  readonly object: string;
  readonly grantee: string;
  readonly privileges: string;
}

/** Who holds which privileges on tables, sequences and columns, the owner's own left out. */
export const tableGrants = (admin: Client): Promise<Grant[]> =>
  rowsOf(
    admin,
    `select object, grantee, string_agg(privilege, ' ' order by privilege) as privileges from (
       select n.nspname || '.' || c.relname as object, ${grantee}, acl.privilege_type as privilege
       from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) acl
       where n.nspname in ${ours} and acl.grantee <> c.relowner
       union all
       select n.nspname || '.' || c.relname || '.' || a.attname, ${grantee}, acl.privilege_type
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace, aclexplode(a.attacl) acl
       where n.nspname in ${ours}
     ) g group by 1, 2 order by 1, 2`,
  );

/** Who holds which privileges on schemas, `public` included. */
export const schemaGrants = (admin: Client): Promise<Grant[]> =>
  rowsOf(
    admin,
    `select n.nspname::text as object, ${grantee}, string_agg(acl.privilege_type, ' ' order by acl.privilege_type) as privileges
     from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
     where (n.nspname in ${ours} or n.nspname = 'public') and acl.grantee <> n.nspowner group by 1, 2 order by 1, 2`,
  );

const grantee = `case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end as grantee`;

export interface DatabaseFunction {
  readonly name: string;
  /** Types of its arguments, for a call. */
  readonly takes: string[];
  /** Names of its arguments, and then of its columns. */
  readonly arguments: string[];
  readonly owner: string;
  readonly isDefiner: boolean;
  readonly settings: string[] | null;
  /** Who may execute it, the owner's own right left out. */
  readonly executors: string[];
}

export const functionsOf = (admin: Client): Promise<DatabaseFunction[]> =>
  rowsOf(
    admin,
    `select n.nspname || '.' || p.proname as name,
       array(select type::regtype::text from unnest(p.proargtypes::oid[]) type) as takes,
       coalesce(p.proargnames, '{}') as arguments, p.proowner::regrole::text as owner, p.prosecdef as "isDefiner",
       p.proconfig as settings,
       array(select case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end
         from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl where acl.grantee <> p.proowner order by 1) as executors
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ${ours} or n.nspname = 'public' order by 1`,
  );

const rowsOf = async <Row extends object>(admin: Client, sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await admin.query<Row>(sql, values)).rows;
