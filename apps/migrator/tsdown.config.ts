import { defineConfig } from "tsdown";

// A program, not a library: everything, native addons included, goes into dist/, which then needs Node and nothing else.
export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  target: "node24",
  dts: false,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  sourcemap: true,
  outputOptions: { sourcemapExcludeSources: true },
});
