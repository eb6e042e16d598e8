import { mkdirSync, mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder with these files, by their paths; removed when it is disposed. */
export const scratchFolder = (files: Readonly<Record<string, string | Uint8Array>>): Disposable & { path: string } => {
  const folder = mkdtempDisposableSync(join(tmpdir(), "severalty-quickstart-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), content);
  }
  return { path: folder.path, [Symbol.dispose]: () => folder.remove() };
};
