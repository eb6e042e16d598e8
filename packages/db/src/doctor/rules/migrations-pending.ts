import { values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Migrations that the program knows and the database did not run. */
export const migrationsPending: Rule = {
  id: "migrations-pending",
  title: "No migration is pending",
  level: "warning",
  why: "The other rules describe the schema of the newest migration; what an older one lacks may be what they miss.",
  mender: "migrator",
  reads: "data",
  sql: ({ migrations }) => `select 'app.migrations' as object, 'does not record ' || k.name as detail,
      '-- run: migrate up' as fix
    from ${values(
      migrations.map(({ name }) => [name]),
      1,
    )} k (name) where not exists (select from app.migrations m where m.name = k.name)`,
};
