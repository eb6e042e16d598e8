import type { Rule } from "../rule.ts";
import { tables } from "../catalog.ts";

/** Hashes, ciphertexts and wrapped keys, all of them binary, in tables of tenants. */
export const grantPlatformBinary: Rule = {
  id: "grant-platform-binary",
  title: "The role of the platform reads no binary column of a tenant",
  why: "What is binary is the hash of a key or token, a secret's ciphertext or the key to it: a credential, and no business of whoever looks at a tenant.",
  level: "error",
  mender: "migrator",
  isLasting: true,
  sql: `select t.name as object, format('severalty_platform reads %s', string_agg(quote_ident(a.attname), ', ' order by a.attnum)) as detail,
      format(E'revoke select on %s from severalty_platform;\\ngrant select (%s) on %s to severalty_platform', t.name,
        (select string_agg(quote_ident(b.attname), ', ' order by b.attnum) from pg_attribute b
         where b.attrelid = t.oid and b.attnum > 0 and not b.attisdropped and b.atttypid <> 'bytea'::regtype), t.name) as fix
    from ${tables} t join pg_attribute a on a.attrelid = t.oid
    where t.is_scoped and a.attnum > 0 and not a.attisdropped and a.atttypid = 'bytea'::regtype
      and has_column_privilege((select r.oid from pg_roles r where r.rolname = 'severalty_platform'), t.oid, a.attnum, 'SELECT')
    group by t.oid, t.name`,
};
