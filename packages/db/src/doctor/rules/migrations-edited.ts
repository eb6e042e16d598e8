import { values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Migrations whose record has another checksum than the program's; one that was recorded before checksums were has none. */
export const migrationsEdited: Rule = {
  id: "migrations-edited",
  title: "No migration was edited after it ran",
  level: "error",
  why: "What ran here is not what the program says: this database may lack what every other has, a policy or a revoke.",
  mender: "migrator",
  reads: "data",
  sql: ({ migrations }) => `select 'app.migrations' as object, k.name || ' ran with other statements' as detail,
      format(E'-- first see with "migrate check" that the schema is right all the same\\nupdate app.migrations set checksum = %L where name = %L', k.checksum, k.name) as fix
    from ${values(
      migrations.map(({ name, checksum }) => [name, checksum]),
      2,
    )} k (name, checksum) join app.migrations m on m.name = k.name where to_jsonb(m) ->> 'checksum' <> k.checksum`,
};
