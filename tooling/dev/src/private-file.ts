import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Replaces a file that only its owner may read, at once: a reader sees the old or the new text. */
export const writePrivateFile = (path: string, text: string): void => {
  const next = writeBeside(path, text);
  renameSync(next, path);
};

/** The text of a file, which is made private with `make()` when it is absent. Of two that make it at once, one wins. */
export const keepPrivateFile = (path: string, make: () => string): string => {
  const existing = readIfPresent(path);
  if (existing !== undefined) return existing;
  const next = writeBeside(path, make());
  try {
    linkSync(next, path);
  } catch (error) {
    if (readIfPresent(path) === undefined) throw error;
  } finally {
    rmSync(next, { force: true });
  }
  return readFileSync(path, "utf8");
};

/** The text of a file, or undefined when there is none. */
export const readIfPresent = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

const writeBeside = (path: string, text: string): string => {
  const next = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(next, text, { mode: 0o600, flag: "wx" });
  return next;
};
