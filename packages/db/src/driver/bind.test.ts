import { raw } from "@mikro-orm/core";
import { PostgreSqlPlatform } from "@mikro-orm/postgresql";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bind, wireValue, type BoundStatement } from "./bind.ts";
import { TenantPlatform } from "./tenant-platform.ts";

const platform = new PostgreSqlPlatform();
const bound = (sql: string, values: readonly unknown[]) => bind(sql, values, platform);

test("a value becomes a numbered placeholder and never part of the text", () => {
  expect(bound("select ? where a = ? and b = ?", ["it's", 1, null])).toEqual({
    sql: "select $1 where a = $2 and b = $3",
    parameters: ["it's", 1, null],
  });
});

test("an identifier is quoted into the text, its schema apart", () => {
  expect(bound("select ?? from ??", ['a"b', "app.users"])).toEqual({
    sql: 'select "a""b" from "app"."users"',
    parameters: [],
  });
});

test("an escaped question mark is an operator", () => {
  expect(bound("select a \\? ? from t", ["key"])).toEqual({ sql: "select a ? $1 from t", parameters: ["key"] });
});

test("text without values is sent as it stands", () => {
  expect(bound("select a ? 'key', b ?? 'x', c \\? 'y'", [])).toEqual({
    sql: "select a ? 'key', b ?? 'x', c \\? 'y'",
    parameters: [],
  });
});

test("an array is a list of values", () => {
  expect(bound("a in (?) and b = ?", [[1, "two", null], 3])).toEqual({
    sql: "a in ($1, $2, $3) and b = $4",
    parameters: [1, "two", null, 3],
  });
});

test("a raw fragment is bound where it stands, with its own values, wherever it stands", () => {
  const fragment = raw("lower(?)", ["Ä"]);
  expect(bound("select ?, ? from ??", [fragment, 1, raw("f(?)", ["x"])])).toEqual({
    sql: "select lower($1), $2 from f($3)",
    parameters: ["Ä", 1, "x"],
  });
});

test("a raw fragment without values keeps its question marks", () => {
  expect(bound("select ?, ?", [raw("a ? 'key'"), 1])).toEqual({ sql: "select a ? 'key', $1", parameters: [1] });
});

test("a token of a value is bound, in text with and without other values, whatever the value holds", () => {
  const value = "it's \\? ?? $1";
  const token = new TenantPlatform().quoteValue(value);
  expect(bound(`a = ${token} and b ? 'key'`, [])).toEqual({ sql: "a = $1 and b ? 'key'", parameters: [value] });
  expect(bound(`a = ? and b = ${token} and c = ?`, [1, 2])).toEqual({
    sql: "a = $1 and b = $2 and c = $3",
    parameters: [1, value, 2],
  });
});

test("a token carries every kind of value", () => {
  const date = new Date(0);
  const kinds = ["é", 1.5, true, null, Buffer.from([0, 255]), [1, "two"], { a: [1] }, date, 9n, Infinity];
  const tokens = kinds.map((kind) => new TenantPlatform().quoteValue(kind)).join("; ");
  expect(bound(tokens, [])).toEqual({
    sql: "$1; $2; $3; $4; $5; $6, $7; $8; $9; $10; $11",
    parameters: [
      "é",
      1.5,
      true,
      null,
      Buffer.from([0, 255]),
      1,
      "two",
      '{"a":[1]}',
      date.toISOString(),
      "9",
      "Infinity",
    ],
  });
});

test("a missing value is null, a date is ISO 8601, a bigint its digits", () => {
  const date = new Date("2026-01-02T03:04:05.006Z");
  expect(bound("?, ?, ?, ?", [undefined, date, 12_345_678_901_234_567_890n])).toEqual({
    sql: "$1, $2, $3, $4",
    parameters: [null, "2026-01-02T03:04:05.006Z", "12345678901234567890", null],
  });
});

test("a backslash escapes a question mark and nothing else", () => {
  expect(bound(String.raw`select '\a' || '\\' || '\?' || ?`, ["x"])).toEqual({
    sql: String.raw`select '\a' || '\\' || '?' || $1`,
    parameters: ["x"],
  });
});

test("bytes and JSON objects are handed to the driver as they are", () => {
  const bytes = Buffer.from([0, 255]);
  const json = { a: ["?", "??", "\\?"] };
  expect(bound("?, ?", [bytes, json]).parameters).toEqual([bytes, json]);
});

test("a parameter travels as text, bytes or null, and a view of bytes as what it shows alone", () => {
  const bytes = Buffer.from([0, 255]);
  expect([bytes, null, undefined, 1.5, true, 12n, { a: 1 }, ["b"], "c"].map(wireValue)).toEqual([
    bytes,
    null,
    null,
    "1.5",
    "true",
    "12",
    '{"a":1}',
    '["b"]',
    "c",
  ]);
  expect(wireValue(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toEqual(Buffer.from([2, 3]));
});

/** Without `$`, so that a number after one is always a placeholder's. */
const text = fc.string({
  unit: fc.constantFrom("a", "b", " ", ",", "(", ")", "=", "'", '"', "é", "%"),
  minLength: 1,
  maxLength: 6,
});
const scalar = fc.oneof(
  fc.string(),
  fc.constantFrom("?", "??", "\\?", "$1", "'", "\\", "'; drop table t; --"),
  fc.integer(),
  fc.boolean(),
);
const values = fc.oneof(scalar, fc.constant(null), fc.array(scalar, { minLength: 1, maxLength: 4 }));
const token: fc.Arbitrary<{ sql: string; values: unknown[] }> = fc.oneof(
  values.map((value) => ({ sql: "?", values: [value] })),
  fc.stringMatching(/^[a-z]{1,4}(\.[a-z"]{1,4})?$/).map((name) => ({ sql: "??", values: [name] })),
  fc.constant({ sql: "\\?", values: [] as unknown[] }),
);
/** Statements with at least one value; a placeholder never touches the next, which MikroORM's own formatter misreads. */
const statement = fc.tuple(text, fc.array(fc.tuple(token, text), { maxLength: 8 })).map(([first, rest]) => ({
  sql: [first, ...rest.flatMap(([{ sql }, after]) => [sql, after]), "?"].join(""),
  values: [...rest.flatMap(([made]) => made.values), "last"],
}));

/** Puts the values back, as MikroORM would have written them. */
const inlined = ({ sql, parameters }: BoundStatement) =>
  sql.split(/\$\d+/).reduce((before, after, at) => before + platform.quoteValue(parameters[at - 1]) + after);

test("with its values put back, a bound statement is the one that MikroORM would have sent", () => {
  fc.assert(
    fc.property(statement, (made) => {
      expect(inlined(bound(made.sql, made.values))).toBe(platform.formatQuery(made.sql, made.values));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("no value is ever part of the text", () => {
  const secret = fc.stringMatching(/^[A-Z]{12}$/);
  fc.assert(
    fc.property(statement, fc.array(secret, { minLength: 20, maxLength: 20 }), (made, secrets) => {
      let at = 0;
      const hide = (value: unknown): unknown => (Array.isArray(value) ? value.map(hide) : secrets[at++ % 20]);
      const isName = new Set(identifierPositions(made.sql));
      const hidden = made.values.map((value, position) => (isName.has(position) ? value : hide(value)));
      for (const word of secrets) expect(bound(made.sql, hidden).sql).not.toContain(word);
    }),
    { numRuns: 500, seed: 1 },
  );
});

/** Which values of a statement are identifiers. */
const identifierPositions = (sql: string): number[] =>
  [...sql.matchAll(/\\\?|\?\??/g)]
    .filter(([mark]) => mark !== "\\?")
    .flatMap(([mark], position) => (mark === "??" ? [position] : []));
