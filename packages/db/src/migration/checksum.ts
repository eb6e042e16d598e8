import { createHash } from "node:crypto";
import { IrreversibleError, type ListedMigration, statementsOf } from "./listed-migration.ts";

/**
 * SHA-256, in hexadecimal, of the statements that a migration makes in both directions. White space counts as one blank, so that
 * neither the layout of the SQL nor that of the source around it matters.
 */
export const checksumOf = async (listed: ListedMigration): Promise<string> => {
  const both = [await statementsOf(listed, "up"), await downStatements(listed)];
  const plain = both.map((statements) => statements.map((sql) => sql.replace(/\s+/g, " ").trim()));
  return createHash("sha256").update(JSON.stringify(plain)).digest("hex");
};

const downStatements = (listed: ListedMigration): Promise<string[]> =>
  statementsOf(listed, "down").catch((error: unknown) => {
    if (error instanceof IrreversibleError) return [];
    throw error;
  });
