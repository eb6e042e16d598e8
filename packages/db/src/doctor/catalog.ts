import { gateFunctions, globalPolicies, openTables, schemaUsers, someTables, tenantPolicies } from "./expected.ts";
import type { Given } from "./rule.ts";

/** A string as SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Strings as the right side of IN; nothing is in an empty list. */
export const list = (texts: readonly string[]): string =>
  texts.length === 0 ? "(null)" : `(${texts.map(literal).join(", ")})`;

/** Rows of strings as a VALUES list; a row of nulls, which equals nothing, when there is none. */
export const values = (rows: readonly (readonly string[])[], width: number): string =>
  rows.length === 0
    ? `(values (${Array.from({ length: width }, () => "null::text").join(", ")}))`
    : `(values ${rows.map((row) => `(${row.map(literal).join(", ")})`).join(", ")})`;

/** Severalty's schemas, for IN. */
export const ours = list(Object.keys(schemaUsers));

/** Their oids, for IN: asked once, where a name would be looked up for each row. */
export const ourSchemas = `(select n.oid from pg_namespace n where n.nspname in ${ours})`;

/** What a month of the audit log is called, whether it is attached or not. */
const month = String.raw`^audit_logs_(\d{4}_\d{2}|default)$`;

/** Severalty's tables. A month of the audit log that is not attached yet counts as a partition. */
export const tables = "our_tables";

const tablesSql = `select t.*, t.schema = 'app' and not t.is_partition and exists (
    select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and not a.attisdropped) as is_scoped
  from (select c.oid, c.oid::regclass::text as name, n.nspname::text as schema, c.relname, c.relowner, c.relrowsecurity,
      c.relforcerowsecurity, c.relispartition or (n.nspname = 'app' and c.relname ~ '${month}') as is_partition
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${ours} and c.relkind in ('r', 'p')) t`;

/** Tables that have policies, a row for each role that has one: what it says. `canonical` is null where no rule for the table is known. */
export const policyTables = "policy_tables";

const policyTablesSql = `select t.*, r.role, case when t.schema = 'auth' then 'true' when g.known then g.canonical
      when t.is_scoped then r.canonical end as canonical
  from ${tables} t
  join ${values([["auth", "severalty_auth", ""], ...Object.entries(tenantPolicies).map(([role, says]) => ["app", role, says])], 3)} r (schema, role, canonical)
    on r.schema = t.schema
  left join lateral (select true as known, max(says) filter (where g.role = r.role) as canonical
    from ${values(
      Object.entries(globalPolicies).flatMap(([name, byRole]) =>
        Object.entries(byRole).map(([role, says]) => [name, role, says]),
      ),
      3,
    )} g (name, role, says) where g.name = t.name having count(*) > 0) g on true
  where not t.is_partition and t.name not in ${list(openTables)} and (g.known is null or g.canonical is not null)
    and (r.role not in ${list(Object.keys(someTables))}
      or (t.name, r.role) in (select s.name, s.role from ${values(
        Object.entries(someTables).flatMap(([role, names]) => names.map((name) => [name, role])),
        2,
      )} s (name, role)))`;

/** Policies of Severalty's tables. */
export const policies = "our_policies";

const policiesSql = `select p.oid, p.polrelid, quote_ident(p.polname) as name, p.polpermissive, p.polcmd, p.polqual, p.polwithcheck,
    array(select case when role = 0 then 'public' else role::regrole::text end from unnest(p.polroles) role) as roles,
    pg_get_expr(p.polqual, p.polrelid) as says_using, pg_get_expr(p.polwithcheck, p.polrelid) as says_check
  from pg_policy p join ${tables} t on t.oid = p.polrelid`;

/** Statements that put the canonical policy of the table `t` in the place of the policy `p`. */
export const replacePolicy = `format(E'drop policy %s on %s;\\ncreate policy %I on %s to %s using (%s) with check (%s)', p.name, t.name,
  t.relname || '_' || t.role || '_policy', t.name, t.role, t.canonical, t.canonical)`;

/** A grantee of an exploded ACL. */
export const grantee = "case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end";

/** Every privilege on a relation of Severalty's or one of its columns, the owner's own left out, and the statement that takes it back. */
export const tableGrants = "table_grants";

const tableGrantsSql = `select g.*, format('revoke %s%s on %s%s from %s', g.privilege, ' (' || quote_ident(g.attname) || ')',
    case when g.relkind = 'S' then 'sequence ' end, g.name, g.grantee) as fix
  from (select c.oid, c.oid::regclass::text as name, n.nspname::text as schema, c.relkind,
      c.relispartition or (n.nspname = 'app' and c.relname ~ '${month}') as is_partition,
      ${grantee} as grantee, acl.privilege_type as privilege, acl.attname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
      lateral (select null::name as attname, r.* from aclexplode(c.relacl) r union all
        select a.attname, r.* from pg_attribute a, aclexplode(a.attacl) r where a.attrelid = c.oid and a.attacl is not null and not a.attisdropped) acl
    where n.nspname in ${ours} and acl.grantee <> c.relowner) g`;

/** Every privilege on one of Severalty's schemas or on `public`, the owner's own left out. */
export const schemaGrants = "schema_grants";

const schemaGrantsSql = `select n.nspname::text as name, ${grantee} as grantee, acl.privilege_type as privilege
  from pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
  where (n.nspname in ${ours} or n.nspname = 'public') and acl.grantee <> n.nspowner`;

/** Every privilege on this database, the owner's own left out. */
export const databaseGrants = "database_grants";

const databaseGrantsSql = `select quote_ident(d.datname) as name, ${grantee} as grantee, acl.privilege_type as privilege
  from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
  where d.datname = current_database() and acl.grantee <> d.datdba`;

/** What belongs to an extension is the extension's. */
export const isOfExtension = (catalog: string, oid: string): string =>
  `exists (select from pg_depend x where x.classid = '${catalog}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;

/** Schemas that PostgreSQL keeps for itself. */
export const isOfSystem = (name: string): string =>
  `(${name} in ('pg_catalog', 'information_schema') or ${name} ~ '^pg_')`;

/** Every function that neither PostgreSQL nor an extension brought, and whether it is a gate function by its name. */
export const functions = "known_functions";

const functionsSql = `select p.oid, p.oid::regprocedure::text as name, n.nspname::text as schema, p.proowner::regrole::text as owner,
    p.prosecdef, p.proleakproof, p.provolatile, p.proconfig, p.proacl, p.proowner, n.nspname || '.' || p.proname as short,
    n.nspname || '.' || p.proname in ${list(Object.keys(gateFunctions))} as is_gate
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where not ${isOfSystem("n.nspname")} and not ${isOfExtension("pg_proc", "p.oid")}`;

/** Who may execute a function, the owner's own right left out. */
export const executors = "function_executors";

const executorsSql = `select f.*, ${grantee} as grantee from ${functions} f,
    aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) acl where acl.grantee <> f.proowner`;

/** Indexes of tenants' tables. */
export const indexes = "tenant_indexes";

const indexesSql = `select i.indexrelid, i.indexrelid::regclass::text as name, c.relname, t.name as table, i.indisunique, i.indisprimary,
    am.amname, pg_get_expr(i.indpred, i.indrelid) as predicate,
    array(select coalesce((select quote_ident(a.attname) from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[at - 1]),
      pg_get_indexdef(i.indexrelid, at, true)) from generate_series(1, i.indnkeyatts) at order by at) as columns,
    (select quote_ident(k.conname) from pg_constraint k where k.conrelid = i.indrelid and k.conindid = i.indexrelid and k.contype in ('p', 'u')) as constraint
  from pg_index i join ${tables} t on t.oid = i.indrelid join pg_class c on c.oid = i.indexrelid join pg_am am on am.oid = c.relam
  where t.is_scoped`;

/** Columns by their numbers, in order, quoted. */
const columnsOf = (table: string, numbers: string): string =>
  `array(select quote_ident(a.attname) from unnest(${numbers}) with ordinality c (number, at)
    join pg_attribute a on a.attrelid = ${table} and a.attnum = c.number order by c.at)`;

/** Foreign keys of Severalty's tables; a partition has its parent's. */
export const foreignKeys = "our_foreign_keys";

const foreignKeysSql = `select k.oid, quote_ident(k.conname) as name, k.conrelid, k.conkey, k.confdeltype, t.name as table, r.name as target,
    t.is_scoped, r.is_scoped as to_scoped, ${columnsOf("k.conrelid", "k.conkey")} as columns,
    ${columnsOf("k.confrelid", "k.confkey")} as target_columns
  from pg_constraint k join ${tables} t on t.oid = k.conrelid join ${tables} r on r.oid = k.confrelid
  where k.contype = 'f' and not t.is_partition and not r.is_partition`;

/** Settings of a role, of this database, or of both, that new sessions begin with; a name and a value each. */
export const sessionSettings = "session_settings";

const sessionSettingsSql = `select s.setrole, s.setdatabase, split_part(line, '=', 1) as name, substr(line, strpos(line, '=') + 1) as value,
    case when s.setrole = 0 then 'every role' else s.setrole::regrole::text end as role,
    format('alter %s%s reset %s', case when s.setrole <> 0 then 'role ' || s.setrole::regrole when s.setdatabase = 0 then 'role all'
      else 'database ' || quote_ident(current_database()) end,
      case when s.setrole <> 0 and s.setdatabase <> 0 then ' in database ' || quote_ident(current_database()) end,
      split_part(line, '=', 1)) as fix
  from pg_db_role_setting s, unnest(s.setconfig) line
  where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))`;

/** The moment of the examination, as SQL. */
export const nowOf = ({ now }: Given): string => `${literal(now.toISOString())}::timestamptz`;

/**
 * What begins every question to the catalog: the relations above, each read at most once however many rules ask for it; those that none
 * asks for are not read.
 */
export const relations = `with ${[
  [tables, tablesSql],
  [policyTables, policyTablesSql],
  [policies, policiesSql],
  [tableGrants, tableGrantsSql],
  [schemaGrants, schemaGrantsSql],
  [databaseGrants, databaseGrantsSql],
  [functions, functionsSql],
  [executors, executorsSql],
  [indexes, indexesSql],
  [foreignKeys, foreignKeysSql],
  [sessionSettings, sessionSettingsSql],
]
  .map(([name, sql]) => `${name} as materialized (${sql})`)
  .join(",\n")}`;
