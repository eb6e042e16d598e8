import { list } from "../catalog.ts";
import { untrustedExtensions } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Extensions of `untrustedExtensions`, and those that bring a language without a sandbox. */
export const extensionUntrusted: Rule = {
  id: "extension-untrusted",
  title: "No extension reaches files, the network or raw pages",
  level: "error",
  why: "dblink and postgres_fdw open sessions of other roles from inside a query, plpython3u runs as the server itself, pageinspect reads rows off the page past every policy.",
  mender: "administrator",
  sql: `select quote_ident(e.extname) as object, 'is installed in ' || e.extnamespace::regnamespace as detail, format('drop extension %I', e.extname) as fix
    from pg_extension e where e.extname in ${list(untrustedExtensions)} or exists (select from pg_depend d join pg_language l on l.oid = d.objid
      where d.classid = 'pg_language'::regclass and d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e' and not l.lanpltrusted)`,
};
