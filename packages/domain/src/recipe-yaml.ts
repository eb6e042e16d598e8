import { isScalar, Lexer, LineCounter, parseDocument, visit, type Document } from "yaml";
import { DomainError } from "./errors.ts";
import { isStorableText, jsonDepthMax } from "./json.ts";
import { recipeDefinition, type RecipeDefinition } from "./recipe.ts";

/** Most characters of a recipe's YAML. */
export const recipeYamlLengthMax = 100_000;

/** Most tokens of it. Composing one costs some 20 µs on the thread that serves every tenant; a long recipe has a few thousand. */
const tokensMax = 10_000;

/** Aliases that a document may expand, so that a few lines cannot become gigabytes. */
const aliasesMax = 50;

/** Most characters of the definition as JSON, aliases expanded. */
const definitionLengthMax = 2 * recipeYamlLengthMax;

/** Levels of a recipe above what a step is given `with`, which nests as any JSON does. */
const depthMax = 4 + jsonDepthMax;

type Path = readonly PropertyKey[];

/**
 * What a recipe's YAML means. Throws `recipes/invalid-yaml` with line and column of the first fault, of the YAML itself or of the recipe
 * that it describes; any text whatever gives one or the other.
 */
export const parseRecipe = (sourceYaml: string): RecipeDefinition => {
  assertSize(sourceYaml);
  const lines = new LineCounter();
  const document = parseDocument(sourceYaml, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    // Its own check compares every key with every other.
    uniqueKeys: false,
  });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const isDeep = fault.message.includes("call stack");
    throw invalid(lines, fault.pos[0], isDeep ? tooDeep : fault.message);
  }
  assertUniqueKeys(lines, document);
  const value = expand(lines, document);
  const unfit = unfitIn(value);
  if (unfit !== undefined) throw invalid(lines, offsetOf(document, unfit.path), unfit.rule);
  const parsed = recipeDefinition.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [...(issue?.path ?? []), ...(issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
    throw invalid(lines, offsetOf(document, path), `${path.join(".") || "recipe"}: ${issue?.message}`);
  }
  if (JSON.stringify(parsed.data).length > definitionLengthMax)
    throw invalid(lines, 0, `a recipe means at most ${definitionLengthMax} characters of JSON`);
  return parsed.data;
};

const tooDeep = `a recipe nests at most ${depthMax} levels`;

const assertSize = (sourceYaml: string): void => {
  if (sourceYaml.length > recipeYamlLengthMax) {
    const rule = `a recipe has at most ${recipeYamlLengthMax} characters, got ${sourceYaml.length}`;
    throw invalidAt({ line: 1, col: 1 }, rule);
  }
  let tokens = 0;
  let line = 1;
  for (const token of new Lexer().lex(sourceYaml)) {
    if (++tokens > tokensMax)
      throw invalidAt({ line, col: 1 }, `a recipe has at most ${tokensMax} marks, words and line ends`);
    line += token.split("\n").length - 1;
  }
};

const assertUniqueKeys = (lines: LineCounter, document: Document): void => {
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) throw invalid(lines, key.range?.[0] ?? 0, `${String(key.value)} is given twice`);
        seen.add(key.value);
      }
    },
  });
};

const expand = (lines: LineCounter, document: Document): unknown => {
  try {
    return document.toJS({ maxAliasCount: aliasesMax });
  } catch (cause) {
    throw invalid(lines, 0, cause instanceof RangeError ? tooDeep : `more than ${aliasesMax} aliases`, cause);
  }
};

/** The first part that jsonb could not hold as it is. A collection that contains itself nests without end. */
const unfitIn = (value: unknown, path: Path = []): { path: Path; rule: string } | undefined => {
  if (typeof value === "string" && !isStorableText(value))
    return { path, rule: `${path.join(".")}: must contain no NUL character or lone surrogate` };
  if (typeof value !== "object" || value === null) return undefined;
  if (path.length >= depthMax) return { path, rule: tooDeep };
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, key];
    if (key === "__proto__" || !isStorableText(key)) return { path: at, rule: "a key that cannot be stored" };
    const unfit = unfitIn(entry, at);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
};

/** Where the nearest existing part of `path` begins. */
const offsetOf = (document: Document, path: Path): number => {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
};

const invalid = (lines: LineCounter, offset: number, rule: string, cause?: unknown) =>
  invalidAt(lines.linePos(offset), rule, cause);

const invalidAt = ({ line, col }: { line: number; col: number }, rule: string, cause?: unknown) =>
  new DomainError("invalid-input", "recipes/invalid-yaml", `line ${line}, column ${col}: ${rule}`, { cause });
