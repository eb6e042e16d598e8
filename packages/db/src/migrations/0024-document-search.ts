import { Migration } from "@mikro-orm/migrations";

/** Search over the words of a tenant's documents: the operators of full text cannot use an index under row-level security. */
export class DocumentSearch extends Migration {
  override up(): void {
    // Statistics of words are nobody's to read, and would cost every ANALYZE the words of a sample of all documents.
    this.addSql(`alter index app.documents_words_index alter column 1 set statistics 0`);
    this.addSql(searchDocuments);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function ${signature} from public`);
    this.addSql(`alter function ${signature} owner to severalty_gate`);
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`grant select on app.documents to severalty_gate`);
    this.addSql(`grant execute on function app.team_id(), app.sees_all_teams() to severalty_gate`);
    this.addSql(`grant execute on function ${signature} to severalty_app`);
  }

  override down(): void {
    this.addSql(`drop function ${signature}`);
    this.addSql(`revoke execute on function app.team_id(), app.sees_all_teams() from severalty_gate`);
    this.addSql(`revoke select on app.documents from severalty_gate`);
    this.addSql(`alter index app.documents_words_index alter column 1 set statistics -1`);
  }
}

const signature = "app.search_documents(text, jsonb, text, boolean, jsonb, int)";

/** Parts of the statements that `app.search_documents` runs; `$n` are the values that it gives each of them. */
const sql = {
  /** In this form no index on the tenant is read beside that of the words, in which each key has the tenant. */
  hasWords: `d.tenant_id is not distinct from $1 and app.document_words(d.tenant_id, d.id, d.title, d.content, d.metadata) @@ $2`,
  /** As the filter of the API has it (`teamFilter`). */
  isShown: `($3 or d.team_id is null or d.team_id = $4)
    and (not $5 ? ''userId'' or d.user_id = ($5 ->> ''userId'')::uuid)
    and (not $5 ? ''parentId'' or d.parent_id is not distinct from ($5 ->> ''parentId'')::uuid)
    and (not $5 ? ''teamId'' or d.team_id is not distinct from ($5 ->> ''teamId'')::uuid)
    and (not $5 ? ''createdFrom'' or d.created_at >= ($5 ->> ''createdFrom'')::timestamptz)
    and (not $5 ? ''createdBefore'' or d.created_at < ($5 ->> ''createdBefore'')::timestamptz)`,
  values: `tenant, query, app.sees_all_teams(), app.team_id(), conditions, after, most, edge`,
};

/**
 * Ids of the entered tenant's documents that have, for each word of `search`, a word that begins with it: at most `most`, in the order of `sort`,
 * of those that follow `after`. Documents of other teams are no part of it. Values are parameters of its statements, whose texts
 * are made of constants.
 *
 * A GIN index reads all that it has of a word. So what a third of the sampled documents have is looked for where the order begins, in as many
 * documents as will do, six kilobytes for each that is wanted; what is rarer, in the index, and where that has thousands, first among those at the beginning. Each way
 * finds the same.
 */
const searchDocuments = `create function app.search_documents(search text, conditions jsonb, sort text, is_descending boolean, after jsonb, most int)
  returns setof uuid language plpgsql stable security definer rows 100 set search_path = pg_catalog, pg_temp as $$
  declare
    tenant uuid := app.tenant_id();
    words text[] := string_to_array(nullif(app.words_of(left(search, 1000)), ''), ' ');
    tag text := left(encode(uuid_send(tenant), 'base64'), 22);
    query tsquery := (select string_agg(format('''%s%s'':*', tag, word), ' & ') from unnest(words) word)::tsquery;
    sample tsquery := (select string_agg(format('''*%s%s'':*', tag, word), ' & ') from unnest(words) word)::tsquery;
    columns text := case sort when 'id' then 'd.id' when 'title' then 'd.title, d.id'
      when 'createdAt' then 'd.created_at, d.id' when 'updatedAt' then 'd.updated_at, d.id' end;
    place text := case sort when 'id' then '($% ->> 0)::uuid' when 'title' then '$% ->> 0, ($% ->> 1)::uuid'
      else '($% ->> 0)::timestamptz, ($% ->> 1)::uuid' end;
    ordered text := replace(columns, ',', case when is_descending then ' desc,' else ',' end) || case when is_descending then ' desc' else '' end;
    follows text := 'true';
    sampled bigint; matched bigint; edge jsonb; ids uuid[];
  begin
    if tenant is null or query is null then return; end if;
    if columns is null or is_descending is null or conditions is null or most is null or most < 1 or most > 1000 then
      raise exception 'a search is sorted by id, title, createdAt or updatedAt, and answers 1 to 1000 ids' using errcode = '22023';
    end if;
    if after is not null then
      follows := format('(%s) %s (%s)', columns, case when is_descending then '<' else '>' end, replace(place, '%', '6'));
    end if;

    execute 'with found as materialized (select from app.documents d where ${sql.hasWords}) select count(*) from found'
      into sampled using tenant, format('''*%s''', tag)::tsquery;
    execute 'with found as materialized (select from app.documents d where ${sql.hasWords}) select count(*) from found'
      into matched using tenant, sample;

    if sampled > 0 and sampled <= (2 + cardinality(words)) * matched then
      execute format('with walk as materialized (
            select d.*, sum(pg_column_size(d.content)) over (order by %2$s rows unbounded preceding) as walked_bytes
            from (select * from app.documents d where d.tenant_id = $1 and %1$s and ${sql.isShown} order by %2$s limit 12 * $7) d)
        select array(select d.id from walk d where d.walked_bytes <= 6144 * $7 and ${sql.hasWords} limit $7)', follows, ordered)
        into ids using ${sql.values};
      if cardinality(ids) = most then return query select unnest(ids); return; end if;
    end if;

    if matched > 8 then
      execute format('select jsonb_build_array(%3$s) from app.documents d where d.tenant_id = $1 and %1$s order by %2$s offset 64 * $7 limit 1',
        follows, ordered, columns) into edge using ${sql.values};
      if edge is not null then
        execute format('with found as materialized (select %3$s from app.documents d
            where d.tenant_id = $1 and %1$s and (%3$s) %4$s (%5$s) and ${sql.isShown} and ${sql.hasWords})
          select array(select d.id from found d order by %2$s limit $7)',
          follows, ordered, columns, case when is_descending then '>=' else '<=' end, replace(place, '%', '8'))
          into ids using ${sql.values};
        if cardinality(ids) = most then return query select unnest(ids); return; end if;
      end if;
    end if;

    return query execute format('with found as materialized (select %3$s from app.documents d where %1$s and ${sql.isShown} and ${sql.hasWords})
      select d.id from found d order by %2$s limit $7', follows, ordered, columns) using ${sql.values};
  end $$`;
