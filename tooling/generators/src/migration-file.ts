/** A migration that is to be written. */
export interface MigrationModel {
  /** `PurchaseOrders`. */
  readonly className: string;
  /** What it is for: one sentence. */
  readonly sentence: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** False where a statement cannot run in a transaction. */
  readonly isTransactional?: boolean;
}

/** The text of a migration's file. */
export const migrationFile = ({ className, sentence, up, down, isTransactional = true }: MigrationModel): string => {
  const transactional = isTransactional
    ? ""
    : `override isTransactional(): boolean {
    return false;
  }

  `;
  return `import { Migration } from "@mikro-orm/migrations";

/** ${sentence} */
export class ${className} extends Migration {
  ${transactional}override up(): void {
${statements(up)}
  }

  override down(): void {
${statements(down)}
  }
}
`;
};

const statements = (texts: readonly string[]): string =>
  texts.map((text) => `    this.addSql(${literal(text)});`).join("\n");

/** Lines after the first stand under the call. */
const literal = (text: string): string =>
  `\`${text.replaceAll(/[\\`]|\$\{/g, String.raw`\$&`).replaceAll("\n", "\n    ")}\``;
