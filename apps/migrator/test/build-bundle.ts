import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The production bundle's program. */
    bundle: string;
  }
}

/** vitest's globalSetup: the production bundle, outside the workspace, so that it finds nothing in a node_modules of it. */
export default async (project: TestProject): Promise<() => void> => {
  const folder = mkdtempSync(join(tmpdir(), "severalty-migrator-"));
  await build({ cwd: join(import.meta.dirname, ".."), outDir: folder, logLevel: "silent" });
  project.provide("bundle", join(folder, "main.mjs"));
  return () => rmSync(folder, { recursive: true });
};
