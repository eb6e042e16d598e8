import type { EntityManager } from "@mikro-orm/postgresql";
import { migrations } from "./migrations.ts";

/** Names of migrations that this program needs and the database lacks; empty when the schema is current. Asks as the server's role. */
export const pendingMigrations = async (em: EntityManager): Promise<string[]> => {
  const rows = await em.execute<{ name: string }[]>("select name from app.migrations");
  const executed = new Set(rows.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !executed.has(name));
};

/** Whether a newer program has migrated the database. Asks as the server's role. */
export const isNewerThanProgram = async (em: EntityManager): Promise<boolean> => {
  const [record] = await em.execute<{ there: boolean }[]>("select to_regclass('app.migrations') is not null as there");
  if (record?.there !== true) return false;
  const known = new Set<string>(migrations.map(({ name }) => name));
  const rows = await em.execute<{ name: string }[]>("select name from app.migrations");
  return rows.some(({ name }) => !known.has(name));
};
