import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The server as it is shipped: a file that Node runs. */
    bundle: string;
  }
}

/**
 * vitest's globalSetup: builds the server once for all tests that start one, since the bundle starts in a third of the sources' time.
 * It lies outside the workspace, so that nothing can be found in a node_modules of it.
 */
export default async (project: TestProject): Promise<() => void> => {
  const folder = mkdtempSync(join(tmpdir(), "severalty-bundle-"));
  await build({ cwd: join(import.meta.dirname, ".."), outDir: folder, logLevel: "silent" });
  project.provide("bundle", join(folder, "main.mjs"));
  return () => rmSync(folder, { recursive: true });
};
