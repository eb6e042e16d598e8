import { createNewId, type TemplateId } from "@severalty/domain/ids";
import { compileTemplate, type TemplateSource } from "@severalty/domain/template-source";
import type { Client } from "pg";

const newId = createNewId();

/**
 * Brings each template to the version given, in one transaction; a version that is there already, or a newer one, stays as it is. Returns
 * what it stored, such as `fintech 2`. `client` is the migrator's, and holds its lock.
 */
export const storeTemplates = async (client: Client, sources: readonly TemplateSource[]): Promise<string[]> => {
  const { rows } = await client.query<{ key: string; version: number }>("select key, version from app.templates");
  const versions = new Map(rows.map(({ key, version }) => [key, version]));
  const later = sources.filter(({ key, version }) => version > (versions.get(key) ?? 0));
  if (later.length === 0) return [];
  const templates = later.map((source) => ({ id: newId<TemplateId>(), ...compileTemplate(source) }));
  await client.query(
    `insert into app.templates (id, key, version, name, description, definition, created_at, updated_at)
     select s.id, s.key, s.version, s.name, s.description, s.definition, now(), now() from jsonb_to_recordset($1::jsonb)
       as s (id uuid, key text, version int, name text, description text, definition jsonb)
     on conflict (key) do update set version = excluded.version, name = excluded.name, description = excluded.description,
       definition = excluded.definition, updated_at = excluded.updated_at`,
    [JSON.stringify(templates)],
  );
  return later.map(({ key, version }) => `${key} ${version}`);
};
