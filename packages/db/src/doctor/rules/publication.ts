import { tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** For all tables, for a schema of Severalty's, or for one of its tables. */
export const publication: Rule = {
  id: "publication",
  title: "No publication sends rows away",
  level: "warning",
  why: "Logical replication sends the rows of every tenant, past row-level security, to whoever subscribes; on the other side nothing keeps them apart.",
  mender: "administrator",
  sql: `select quote_ident(p.pubname) as object, case when p.puballtables then 'sends all tables'
        else 'sends ' || coalesce((select string_agg(distinct t.name, ', ') from ${tables} t join pg_publication_rel r on r.prrelid = t.oid where r.prpubid = p.oid), 'a schema') end as detail,
      format('drop publication %I', p.pubname) as fix
    from pg_publication p where p.puballtables
      or exists (select from pg_publication_rel r join ${tables} t on t.oid = r.prrelid where r.prpubid = p.oid)
      or exists (select from pg_publication_namespace n join ${tables} t on t.schema = n.pnnspid::regnamespace::text where n.pnpubid = p.oid)`,
};
