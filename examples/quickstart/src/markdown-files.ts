import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** A file that can be stored. */
export interface MarkdownFile {
  /** Relative to the folder that was asked for, with `/` between the parts. */
  readonly path: string;
  readonly text: string;
  readonly bytes: number;
  /** SHA-256 of the file's own bytes, in hexadecimal. */
  readonly hash: string;
}

/** A file that is left out, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** What a run cannot go on without; the message says what to do. */
export class SetupError extends Error {}

/** Largest file that is read at all, in bytes (4 MiB): the server takes no larger request. */
const fileBytesMax = 4 * 1024 * 1024;

/**
 * Paths of all Markdown files below a folder, without node_modules, dist and whatever begins with a dot. Links are not followed.
 * Throws `SetupError` when the folder cannot be read.
 */
export const findMarkdown = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "dist")
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) return findMarkdown(path);
        return entry.isFile() && isMarkdown(entry.name) ? [path] : [];
      });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(`the folder ${folder} cannot be read: ${why}`, { cause: error });
  }
};

/** Paths of a project's own documentation: the Markdown files at its root and all below `docs`. */
export const findProjectDocs = (root: string): string[] => {
  const entries = readdirSync(root, { withFileTypes: true });
  const atRoot = entries.filter((entry) => entry.isFile() && isMarkdown(entry.name));
  const hasDocs = entries.some((entry) => entry.isDirectory() && entry.name === "docs");
  return [...atRoot.map(({ name }) => join(root, name)), ...(hasDocs ? findMarkdown(join(root, "docs")) : [])];
};

/** Reads the files; those that are no text which the server can store are skipped. */
export const readMarkdown = (
  folder: string,
  paths: readonly string[],
): { files: MarkdownFile[]; skipped: SkippedFile[] } => {
  const files: MarkdownFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const absolute of paths) {
    const path = relative(folder, absolute).split(sep).join("/");
    try {
      files.push({ path, ...read(absolute) });
    } catch (error) {
      skipped.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { files, skipped };
};

const isMarkdown = (name: string): boolean => /\.(md|markdown)$/i.test(name);

const read = (path: string): Omit<MarkdownFile, "path"> => {
  const { size } = statSync(path);
  if (size > fileBytesMax) throw new Error(`too large: ${size} bytes, at most ${fileBytesMax} fit into a request`);
  const bytes = readFileSync(path);
  const text = decode(bytes);
  if (text.includes("\0")) throw new Error("contains the NUL character (U+0000), which PostgreSQL cannot store");
  return { text, bytes: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") };
};

/** A byte order mark is part of the text: without it the hash would be that of another file. */
const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Error("is not UTF-8", { cause });
  }
};
