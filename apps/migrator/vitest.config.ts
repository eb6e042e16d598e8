import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: [fileURLToPath(import.meta.resolve("@severalty/db/testing/global-setup")), "test/build-bundle.ts"],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Files share a worker's modules, not their data: each has a database of its own.
    isolate: false,
  },
});
