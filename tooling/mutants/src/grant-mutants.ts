import type { Client } from "pg";
import { rowsOf } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";

const grants = "packages/db/test/posture-grants.test.ts";
const roles =
  "select rolname from pg_roles where rolname like 'severalty\\_%' and rolcanlogin and rolname <> 'severalty_migrator'";
const ours = "('app', 'auth', 'sealed', 'archive')";

/** Each privilege that a role of the server does not have, given to it. */
export const grantMutants = async (admin: Client): Promise<Mutant[]> => {
  const missing = [
    ...(await rowsOf<Missing>(admin, onTables)),
    ...(await rowsOf<Missing>(admin, onFunctions)),
    ...(await rowsOf<Missing>(admin, onSchemas)),
  ];
  return missing.map(({ kind, privilege, object, grantee }) => ({
    id: `${kind}:${privilege} ${object} ${grantee}`,
    kind,
    what: `${grantee} has ${privilege} on ${object}`,
    sql: `grant ${privilege} on ${object} to ${grantee}`,
    words: [object.split(" ").at(-1) ?? object],
    first: [grants],
    isPosture: true,
  }));
};

interface Missing {
  readonly kind: string;
  readonly privilege: string;
  readonly object: string;
  readonly grantee: string;
}

const onTables = `
  select 'table granted' as kind, lower(privilege) as privilege, 'table ' || n.nspname || '.' || c.relname as object, r.rolname::text as grantee
  from pg_class c join pg_namespace n on n.oid = c.relnamespace, (${roles} union all select 'public') r,
    unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
  where n.nspname in ${ours} and c.relkind in ('r', 'p')
    and (r.rolname = 'public' and privilege = 'SELECT'
      or r.rolname <> 'public' and not has_table_privilege(r.rolname, c.oid, privilege))
  order by 3, 4, 2`;

const onFunctions = `
  select 'function granted' as kind, 'execute' as privilege, 'function ' || p.oid::regprocedure as object, r.rolname::text as grantee
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace, (${roles} union all select 'public') r
  where n.nspname in ${ours}
    and (r.rolname = 'public' or not has_function_privilege(r.rolname, p.oid, 'EXECUTE'))
  order by 3, 4`;

const onSchemas = `
  select 'schema granted' as kind, lower(privilege) as privilege, 'schema ' || n.nspname as object, r.rolname::text as grantee
  from pg_namespace n, (${roles} union all select 'public') r, unnest(array['USAGE', 'CREATE']) privilege
  where (n.nspname in ${ours} or n.nspname = 'public')
    and (r.rolname = 'public' and not (n.nspname = 'public' and privilege = 'USAGE')
      or r.rolname <> 'public' and not has_schema_privilege(r.rolname, n.oid, privilege))
  order by 3, 4, 2`;
