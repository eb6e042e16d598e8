import { GeneratorError } from "./generator-error.ts";

/** Every form of an entity's name. */
export interface Names {
  /** `purchase-order`, of the entity's file. */
  readonly kebab: string;
  /** `purchaseOrder`. */
  readonly camel: string;
  /** `PurchaseOrder`, of the entity. */
  readonly pascal: string;
  /** `purchase-orders`, of the router's and the migration's file. */
  readonly kebabPlural: string;
  /** `purchaseOrders`, the noun of the API. */
  readonly noun: string;
  /** `PurchaseOrders`, of the migration. */
  readonly pascalPlural: string;
  /** `purchase_orders`, of the table. */
  readonly table: string;
}

/** Forms of a singular name, and of its plural where the rule for English does not make it. Throws `GeneratorError`. */
export const namesOf = (given: string, givenPlural?: string): Names => {
  const kebab = kebabOf(given, "the name of an entity");
  const kebabPlural = givenPlural === undefined ? pluralOf(kebab) : kebabOf(givenPlural, "--plural");
  if (kebabPlural === kebab)
    throw new GeneratorError(`--plural must differ from the name, got ${kebabPlural} for both`);
  const [pascal, table] = [pascalOf(kebab), snakeOf(kebabPlural)];
  if (pascal in globalThis || typeNames.has(pascal))
    throw new GeneratorError(`${pascal} is a name of JavaScript or TypeScript itself: choose another than ${given}`);
  assertNotReserved(table, "a table");
  return {
    kebab,
    camel: camelOf(kebab),
    pascal,
    kebabPlural,
    noun: camelOf(kebabPlural),
    pascalPlural: pascalOf(kebabPlural),
    table,
  };
};

/** A name in kebab or camel case, in kebab case. Throws `GeneratorError`. */
export const kebabOf = (given: string, what: string): string => {
  const kebab = given.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  if (!/^[a-zA-Z0-9-]+$/.test(given) || !/^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]+)*$/.test(kebab))
    throw new GeneratorError(
      `${what} must be words in kebab-case or camelCase, each a letter and then letters or digits, and of one letter only the first, got ${JSON.stringify(given)}`,
    );
  return kebab;
};

export const camelOf = (kebab: string): string =>
  kebab.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const snakeOf = (kebab: string): string => kebab.replaceAll("-", "_");

/** Whether SQL takes the word for its own, so that it names a table or a column only in quotes. */
export const isReserved = (word: string): boolean => reserved.has(word);

/** Throws `GeneratorError`. */
export const assertNotReserved = (word: string, what: string): void => {
  if (isReserved(word)) throw new GeneratorError(`${word} is a reserved word of PostgreSQL and cannot name ${what}`);
};

const pascalOf = (kebab: string): string => camelOf(`-${kebab}`);

const pluralOf = (kebab: string): string => {
  if (/[^aeiou]y$/.test(kebab)) return `${kebab.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(kebab) ? `${kebab}es` : `${kebab}s`;
};

/** Types that generated files or their neighbours use, and that are no values. */
const typeNames = new Set([
  "Record",
  "Partial",
  "Required",
  "Readonly",
  "Pick",
  "Omit",
  "Exclude",
  "Extract",
  "Migration",
]);

/** Reserved, or reserved but for functions and types (PostgreSQL manual, appendix C; `pg_get_keywords()` of version 18). */
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp
  current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having
  ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
  notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar
  some symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window
  with`.split(/\s+/),
);
