import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseSync } from "vite";
import type { Edit } from "./mutant.ts";

/** A node of the syntax tree: its kind, its place, and whatever else its kind has. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [part: string]: unknown;
}

/** A node with those that it stands in, nearest first. */
export interface Place {
  readonly node: Node;
  readonly within: readonly Node[];
}

/** A parsed source file. */
export interface Source {
  /** Relative to the repository. */
  readonly file: string;
  /** Without folder and extension. */
  readonly name: string;
  readonly text: string;
  readonly places: readonly Place[];
  /** Line of a position, from 1. */
  line(at: number): number;
  /** What stands there, in one line. */
  shown(node: Node): string;
  edit(node: Pick<Node, "start" | "end">, text: string): Edit;
  /** Whether the text still parses with the edits made. */
  isSound(edits: readonly Edit[]): boolean;
}

/** Reads and parses one TypeScript file of the repository. */
export const readSource = (repository: string, file: string): Source => {
  const text = readFileSync(join(repository, file), "utf8");
  const { program } = parseSync(file, text, { lang: "ts" });
  const places: Place[] = [];
  walk(program as unknown as Node, [], places);
  return {
    file,
    text,
    places,
    name: basename(file, ".ts"),
    line: (at) => text.slice(0, at).split("\n").length,
    shown: ({ start, end }) => text.slice(start, end).replace(/\s+/g, " ").slice(0, 120),
    edit: ({ start, end }, replacement) => ({ file, start, end, text: replacement }),
    isSound: (edits) => parseSync(file, edited(text, edits), { lang: "ts" }).errors.length === 0,
  };
};

/** The text with the edits made. */
export const edited = (text: string, edits: readonly Edit[]): string => {
  let result = text;
  for (const { start, end, text: replacement } of edits.toSorted((one, other) => other.start - one.start))
    result = result.slice(0, start) + replacement + result.slice(end);
  return result;
};

const walk = (node: Node, within: readonly Node[], places: Place[]): void => {
  places.push({ node, within });
  for (const part of Object.values(node))
    for (const child of Array.isArray(part) ? (part as unknown[]) : [part])
      if (isNode(child)) walk(child, [node, ...within], places);
};

/** Whether a part of a node is a node itself. */
export const isNode = (part: unknown): part is Node =>
  typeof part === "object" && part !== null && typeof (part as { type?: unknown }).type === "string";

/** The name that a call calls: `b` of `a.b(…)` and of `b(…)`. */
export const calleeOf = (node: Node): string => {
  const callee = node["callee"];
  if (!isNode(callee)) return "";
  if (callee.type === "Identifier") return nameOf(callee);
  const property = callee["property"];
  return isNode(property) ? nameOf(property) : "";
};

/** A node's list of nodes, such as the arguments of a call. */
export const listOf = (node: Node, part: string): Node[] => {
  const list = node[part];
  return Array.isArray(list) ? (list as unknown[]).filter(isNode) : [];
};

/** The name of an object's property. */
export const keyOf = (property: Node): string => {
  const key = property["key"];
  return isNode(key) ? nameOf(key, "name") || nameOf(key, "value") : "";
};

/** A part that is a text; empty when it is none. */
export const nameOf = (node: Node, part = "name"): string => (typeof node[part] === "string" ? node[part] : "");
