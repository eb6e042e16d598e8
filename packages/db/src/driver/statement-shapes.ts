import { Utils, type Platform } from "@mikro-orm/core";
import { isDeepStrictEqual } from "node:util";
import { bind, type BoundStatement } from "./bind.ts";

/** What a query builder makes of values. */
export type Build = (values: readonly unknown[]) => Promise<{ sql: string; params: readonly unknown[] }>;

/** How statements of one shape are made of values without the builder. */
interface Shape {
  readonly sql: string;
  /** In order: a value that every statement of the shape has, or which of the given ones, and what becomes of it. */
  readonly parameters: readonly ({ readonly constant: unknown } | { readonly at: number; readonly convert: Convert })[];
}

type Convert = (value: unknown) => unknown;

/** Shapes that are kept, at most; callers choose which filters they combine. */
const keptMax = 1000;

/**
 * Texts of statements that differ in their values alone. A builder takes a tenth of a millisecond to say the same text again, so what it
 * says is kept: once it has been asked with the values, and with others in their places, and both answers have agreed on where each value
 * goes. No value is kept but those that a text may depend on: null, undefined, booleans and bigints. A shape on which they do not agree is
 * built each time, and so is a statement of a value that might be anything.
 */
export class StatementShapes {
  readonly #known = new Map<string, Shape | undefined>();
  readonly #platform: Platform;
  readonly #conversions: readonly Convert[];

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#conversions = conversionsOf(platform);
  }

  /** The statement that `build` makes of the values. `key` tells apart whatever changes its text. */
  async statement(key: string, values: readonly unknown[], build: Build): Promise<BoundStatement> {
    const kinds = values.map(kindOf);
    if (kinds.includes(undefined)) return this.#bound(build, values);
    const kept = `${key} ${kinds.join("")}`;
    const known = this.#known.get(kept);
    if (known !== undefined) return filled(known, values);
    const built = await this.#bound(build, values);
    if (!this.#known.has(kept)) {
      const probed = await this.#bound(build, values.map(standIn));
      this.#keep(kept, shapeOf(built, probed, values, this.#conversions));
    }
    return built;
  }

  async #bound(build: Build, values: readonly unknown[]): Promise<BoundStatement> {
    const { sql, params } = await build(values);
    return bind(sql, params, this.#platform);
  }

  #keep(key: string, shape: Shape | undefined): void {
    this.#known.set(key, shape);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= keptMax) break;
      this.#known.delete(oldest);
    }
  }
}

const filled = ({ sql, parameters }: Shape, values: readonly unknown[]): BoundStatement => ({
  sql,
  parameters: parameters.map((from) => ("at" in from ? from.convert(values[from.at]) : from.constant)),
});

/** What a builder may make of a value on its way to the database. */
const conversionsOf = (platform: Platform): readonly Convert[] => [
  (value) => (Array.isArray(value) ? platform.marshallArray(value as string[]) : undefined),
  (value) => value,
  (value) => (value instanceof Date ? value.toISOString() : undefined),
  (value) => JSON.stringify(value),
];

/** Undefined unless the text is the same and each value of one is found where its stand-in is in the other. */
const shapeOf = (
  built: BoundStatement,
  probed: BoundStatement,
  values: readonly unknown[],
  conversions: readonly Convert[],
): Shape | undefined => {
  const standIns = values.map(standIn);
  const parameters = probed.parameters.map((parameter, position) => {
    for (const [at, given] of standIns.entries())
      for (const convert of conversions) if (isDeepStrictEqual(convert(given), parameter)) return { at, convert };
    return { constant: built.parameters[position] };
  });
  const shape = { sql: built.sql, parameters };
  const isLikeBoth =
    isDeepStrictEqual(filled(shape, values), built) && isDeepStrictEqual(filled(shape, standIns), probed);
  return isLikeBoth ? shape : undefined;
};

/**
 * What values of one shape have in common. Null, true and their like change a text, or may: each is a kind of its own. Undefined for an object
 * that two might be taken for one another of, and for a fragment of SQL.
 */
const kindOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return "s";
  if (typeof value === "number") return "n";
  if (value instanceof Date) return "d";
  if (Buffer.isBuffer(value)) return "b";
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? "a" : "j";
  if (Utils.isPlainObject(value)) return "j";
  return value === null || primitive.has(typeof value) ? `(${String(value)})` : undefined;
};

const primitive = new Set(["undefined", "boolean", "bigint"]);

/** Another value of the same kind, which no statement has by accident, and which differs from position to position. */
const standIn = (value: unknown, at: number): unknown => {
  switch (kindOf(value)) {
    case "s":
      return `\u0001stand-in ${at}\u0001`;
    case "n":
      return 1_900_000_000 + at;
    case "d":
      return new Date(4_000_000_000_000 + at);
    case "b":
      return Buffer.from(`stand-in ${at}`);
    case "a":
      return [`stand-in ${at}`];
    case "j":
      return Array.isArray(value) ? [{ standIn: at }] : { standIn: at };
    case undefined:
    default:
      return value;
  }
};
