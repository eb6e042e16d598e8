/** Neither character can be part of SQL that a person writes; inside, base64 alone. */
const [opening, closing] = ["\u0001", "\u0002"];

/**
 * Stands for a value where MikroORM would write a literal into SQL text: a raw fragment's values inside a query builder, keys of JSON.
 * `bind` turns it into a placeholder.
 */
export const tokenOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(tokenOf).join(", ");
  const content = Buffer.isBuffer(value) ? `b${value.toString("base64")}` : `j${base64(JSON.stringify(plain(value)))}`;
  return `${opening}${content}${closing}`;
};

/** The value of the token that begins at `start`, and where the text goes on; undefined when none begins there. */
export const readToken = (sql: string, start: number): { value: unknown; end: number } | undefined => {
  if (sql[start] !== opening) return undefined;
  const close = sql.indexOf(closing, start);
  const content = Buffer.from(sql.slice(start + 2, close), "base64");
  return { value: sql[start + 1] === "b" ? content : JSON.parse(content.toString("utf8")), end: close };
};

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

/** Dates and bigints as text, objects as JSON text: what PostgreSQL is to parse. */
const plain = (value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return value ?? null;
};
