import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { quickFolder } from "../src/quick-folder.ts";

/** A folder that lasts as long as its scope. */
export const scratchFolder = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(quickFolder(), "severalty-postgres-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};
