import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "src/testing/global-setup.ts",
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // What is waited for comes when the machine lets it; a second, vitest's own limit, is too short for a busy one.
    expect: { poll: { timeout: 20_000 } },
    // Files share a worker's modules, not their data: each has a database of its own.
    isolate: false,
  },
});
