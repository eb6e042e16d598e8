import { Migration } from "@mikro-orm/migrations";
import { lintMigration } from "@severalty/db/migration-lint/lint";

/** What the rules for migrations find in these statements. */
export const lintSteps = (up: readonly string[], isTransactional = true): Promise<unknown[]> => {
  const listed = class extends Migration {
    override up(): void {
      for (const sql of up) this.addSql(sql);
    }
    override isTransactional(): boolean {
      return isTransactional;
    }
  };
  return lintMigration({ name: "0001_steps", class: listed }, { path: "steps.ts", text: "" });
};
