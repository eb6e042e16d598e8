import { defineConfig } from "tsdown";

/**
 * tRPC is published with the spread of objects compiled for engines of before 2018, by a helper that defines property by property: an eighth of all
 * that the server computes for a read, since each middleware spreads its options. Here it becomes the spread that tRPC's source has.
 */
const nativeSpread = () => {
  const helper = /function _objectSpread2\(e\) \{[^]*?\n\}/;
  const native = `function _objectSpread2(a, b, c, ...more) {
  return more.reduce((all, part) => ({ ...all, ...part }), { ...a, ...b, ...c });
}`;
  let found = 0;
  return {
    name: "native-spread",
    transform(code: string, id: string) {
      if (!id.includes("/@trpc/server/dist/") || !helper.test(code)) return undefined;
      found++;
      return { code: code.replace(helper, native), map: { mappings: "" } };
    },
    buildEnd() {
      if (found === 0) throw new Error("tRPC has no helper for spreads any more: this plugin can go");
    },
  };
};

/** Own code alone is mapped to its sources: who runs Node with --enable-source-maps would keep the maps of all libraries in memory, 50 MB. */
const unmappedLibraries = () => ({
  name: "unmapped-libraries",
  transform(code: string, id: string) {
    return id.includes("/node_modules/") ? { code, map: { mappings: "" } } : undefined;
  },
});

// A program, not a library: everything, native addons included, goes into dist/, which then needs Node and nothing else.
export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  target: "node24",
  dts: false,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  plugins: [nativeSpread(), unmappedLibraries()],
  sourcemap: true,
  outputOptions: {
    sourcemapExcludeSources: true,
    // What licences ask for stays.
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups: [{ name: "libraries", test: /node_modules/ }] },
  },
});
