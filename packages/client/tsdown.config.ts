import { defineConfig } from "tsdown";

// Declarations: tsc writes those of this package and of the ones that its types come from (see "build"), tsdown rolls them into one file.
export default defineConfig([
  { entry: "src/index.ts", platform: "neutral", dts: false, clean: false },
  {
    entry: { index: "dist/.types/packages/client/src/index.d.ts" },
    platform: "neutral",
    clean: false,
    tsconfig: "tsconfig.rollup.json",
    dts: { dtsInput: true, emitDtsOnly: true, resolver: "oxc" },
    deps: { neverBundle: /^(?!@severalty\/)[@\w]/ },
    treeshake: { moduleSideEffects: false },
  },
]);
