import { isRaw, Utils, type Platform } from "@mikro-orm/core";
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
 * goes. No value is kept. A shape on which they do not agree is built each time.
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
    const kept = `${key} ${values.map(kindOf).join("")}`;
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
    const oldest = this.#known.keys().next();
    if (this.#known.size >= keptMax && oldest.done !== true) this.#known.delete(oldest.value);
    this.#known.set(key, shape);
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
  if (built.sql !== probed.sql) return undefined;
  const standIns = values.map(standIn);
  const parameters = probed.parameters.map((parameter, position) => {
    for (const [at, given] of standIns.entries())
      for (const convert of conversions)
        if (isDistinct(given) && isDeepStrictEqual(convert(given), parameter)) return { at, convert };
    return { constant: built.parameters[position] };
  });
  const shape = { sql: built.sql, parameters };
  const isLikeBoth =
    isDeepStrictEqual(filled(shape, values), built) && isDeepStrictEqual(filled(shape, standIns), probed);
  return isLikeBoth ? shape : undefined;
};

/** Values that change a text, or may: they stand for themselves, and statements with others are of another shape. */
const kindOf = (value: unknown): string => {
  if (typeof value === "string") return "s";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "i" : "n";
  if (value instanceof Date) return "d";
  if (Buffer.isBuffer(value)) return "b";
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? "a" : "j";
  if (Utils.isPlainObject(value) && !isRaw(value)) return "j";
  return `(${String(value)})`;
};

/** Another value of the same kind, which no statement has by accident, and which differs from position to position. */
const standIn = (value: unknown, at: number): unknown => {
  switch (kindOf(value)) {
    case "s":
      return `\u0001stand-in ${at}\u0001`;
    case "i":
      return 1_900_000_000 + at;
    case "n":
      return 1_900_000_000.5 + at;
    case "d":
      return new Date(4_000_000_000_000 + at);
    case "b":
      return Buffer.from(`stand-in ${at}`);
    case "a":
      return [`stand-in ${at}`];
    case "j":
      return Array.isArray(value) ? [{ standIn: at }] : { standIn: at };
    default:
      return value;
  }
};

const isDistinct = (value: unknown): boolean => !kindOf(value).startsWith("(");
