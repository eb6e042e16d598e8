import { LineCounter, parseDocument } from "yaml";
import { DomainError } from "./errors.ts";
import { recipeDefinition, type RecipeDefinition } from "./recipe.ts";

/** Most characters of a recipe's YAML. */
export const recipeYamlLengthMax = 200_000;

/** Aliases that a document may expand, so that a few lines cannot become gigabytes. */
const aliasesMax = 50;

/**
 * What a recipe's YAML means. Throws `recipes/invalid-yaml` with line and column of the first fault, of the YAML itself or of the recipe
 * that it describes.
 */
export const parseRecipe = (sourceYaml: string): RecipeDefinition => {
  const lines = new LineCounter();
  const document = parseDocument(sourceYaml, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
  });
  const [fault] = document.errors;
  if (fault !== undefined) throw invalid(lines, fault.pos[0], fault.message);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: aliasesMax });
  } catch (cause) {
    throw invalid(lines, 0, `more than ${aliasesMax} aliases`, cause);
  }
  const parsed = recipeDefinition.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  throw invalid(lines, offsetOf(document, path), `${path.join(".") || "recipe"}: ${issue?.message}`);
};

/** Where the nearest existing part of `path` begins. */
const offsetOf = (document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
};

const invalid = (lines: LineCounter, offset: number, rule: string, cause?: unknown) => {
  const { line, col } = lines.linePos(offset);
  return new DomainError("invalid-input", "recipes/invalid-yaml", `line ${line}, column ${col}: ${rule}`, { cause });
};
