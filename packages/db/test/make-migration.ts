import { Migration } from "@mikro-orm/migrations";
import type { ListedMigration } from "../src/migration/listed-migration.ts";

/** A migration of these statements. Without `down` it cannot be taken back. */
export const makeMigration = (
  name: string,
  up: readonly string[],
  options: { readonly down?: readonly string[]; readonly isTransactional?: boolean } = {},
): ListedMigration => {
  const { down, isTransactional = true } = options;
  const irreversible = class extends Migration {
    override up(): void {
      for (const sql of up) this.addSql(sql);
    }
    override isTransactional(): boolean {
      return isTransactional;
    }
  };
  if (down === undefined) return { name, class: irreversible };
  const reversible = class extends irreversible {
    override down(): void {
      for (const sql of down) this.addSql(sql);
    }
  };
  return { name, class: reversible };
};
