import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonBytesMax, jsonDepthMax, jsonObject, type Json } from "./json.ts";

const accepts = (value: unknown) => jsonObject.safeParse(value).success;

/** An object with `levels` levels of arrays or objects, itself counted. */
const nested = (levels: number, wrap: (inner: Json) => Json): unknown => {
  let value: Json = "leaf";
  for (let level = 1; level < levels; level++) value = wrap(value);
  return { key: value };
};

test("only an object is a JSON object", () => {
  for (const value of [null, [], "a", 1, true, undefined, new Date(), new Map(), () => 1])
    expect(accepts(value)).toBe(false);
  expect(accepts({})).toBe(true);
});

test("a value that JSON does not have is refused, at any depth", () => {
  for (const value of [Number.NaN, Infinity, undefined, 1n, Symbol("a"), new Date(), () => 1]) {
    expect(accepts({ key: value })).toBe(false);
    expect(accepts({ key: [{ deeper: value }] })).toBe(false);
  }
});

test("text that jsonb cannot hold is refused in values and in keys, at any depth", () => {
  for (const bad of ["\0", "a\0b", "\uD800"])
    for (const value of [{ key: bad }, { [bad]: 1 }, { key: [bad] }, { key: { [bad]: 1 } }])
      expect([value, accepts(value)]).toEqual([value, false]);
});

test("levels are counted through arrays and objects alike", () => {
  for (const wrap of [(inner: Json) => [inner], (inner: Json) => ({ key: inner })]) {
    expect(accepts(nested(jsonDepthMax, wrap))).toBe(true);
    expect(accepts(nested(jsonDepthMax + 1, wrap))).toBe(false);
  }
});

test("size is counted in bytes of JSON text, not in characters", () => {
  const overhead = '{"key":""}'.length;
  expect(accepts({ key: "x".repeat(jsonBytesMax - overhead) })).toBe(true);
  expect(accepts({ key: "x".repeat(jsonBytesMax - overhead + 1) })).toBe(false);
  const tooLong = jsonObject.safeParse({ key: "é".repeat(jsonBytesMax / 2) });
  expect(tooLong.error?.issues[0]?.message).toBe(`must be at most 65536 bytes of JSON, got ${jsonBytesMax + overhead}`);
});

test("what is accepted comes out as it went in", () => {
  const value = fc
    .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 })
    .filter((made) => !JSON.stringify(made).includes("__proto__"));
  fc.assert(
    fc.property(value, (made) => {
      const sent: unknown = JSON.parse(JSON.stringify(made));
      const parsed = jsonObject.safeParse(sent);
      const isStorable = !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(sent));
      expect([parsed.success, JSON.stringify(parsed.data)]).toEqual([
        isStorable,
        isStorable ? JSON.stringify(sent) : undefined,
      ]);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test("the key __proto__ is refused, at any depth; other names of a prototype are names like any", () => {
  for (const text of ['{"__proto__": {"polluted": true}}', '{"a": {"__proto__": 1}}', '{"a": [{"__proto__": null}]}'])
    expect([text, accepts(JSON.parse(text))]).toEqual([text, false]);
  expect(jsonObject.parse({ constructor: { prototype: 1 } })).toEqual({ constructor: { prototype: 1 } });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("of a body that is too large no more values are looked at than would fit", () => {
  let looks = 0;
  const value = () => Object.defineProperty({}, "a", { enumerable: true, get: () => (looks += 1) });
  const body = { key: Array.from({ length: 20 }, () => Array.from({ length: 10_000 }, value)) };
  const { error } = jsonObject.safeParse(body);
  expect(error?.issues).toMatchObject([{ message: "must be at most 65536 bytes of JSON" }]);
  expect(looks).toBeLessThan(jsonBytesMax);
});

test("a body of a million levels is too large, and no fault of the program", () => {
  const levels = JSON.parse(`{"key":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`) as unknown;
  expect(accepts(levels)).toBe(false);
});
