import type { EntityManager } from "@mikro-orm/postgresql";
import { migrations } from "./migrations.ts";

/** Names of migrations that this program needs and the database lacks; empty when the schema is current. Asks as the server's role. */
export const pendingMigrations = async (em: EntityManager): Promise<string[]> => {
  const rows = await em.execute<{ name: string }[]>("select name from app.migrations");
  const executed = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !executed.has(name));
};
