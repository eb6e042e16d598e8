import { defineConfig } from "vitest/config";

// Files share a worker's modules, but for the one that mocks argon2.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "shared",
          testTimeout: 20_000,
          include: ["src/**/*.test.ts"],
          exclude: ["src/password-queue.test.ts"],
          isolate: false,
        },
      },
      { test: { name: "isolated", testTimeout: 20_000, include: ["src/password-queue.test.ts"] } },
    ],
  },
});
