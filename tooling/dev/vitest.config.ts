import { defineConfig } from "vitest/config";

/** The tests mostly wait for processes: they run side by side, each in a folder of its own. */
export default defineConfig({
  test: { testTimeout: 120_000, hookTimeout: 120_000, sequence: { concurrent: true }, maxConcurrency: 4 },
});
