import { isBuiltin } from "node:module";
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

/**
 * `import` of a module that Node brings along reads each of its exports, also those that Node makes when they are first read: all of `fetch` and
 * `WebSocket` for `node:http`, a tenth of the start. Here a module is asked for by its name, and only what is wanted is read.
 */
const builtinsByName = () => ({
  name: "builtins-by-name",
  generateBundle(_: unknown, bundle: Readonly<Record<string, { code?: string }>>) {
    let found = 0;
    const byName = (line: string, names: string, from: string) => {
      if (!isBuiltin(from)) return line;
      const form = /^(?:\w+|\{.+\}|\* as (\w+))$/.exec(names);
      if (form === null) throw new Error(`an import in a form that is not known: ${line}`);
      found++;
      return `const ${form[1] ?? names.replaceAll(" as ", ": ")} = process.getBuiltinModule("${from}");`;
    };
    // No line moves, so that maps stay right.
    for (const chunk of Object.values(bundle))
      if (chunk.code !== undefined) chunk.code = chunk.code.replaceAll(/^import (.+) from "([^"]+)";$/gm, byName);
    if (found === 0) throw new Error("no import of a module of Node's was found: this plugin looks for the wrong form");
  },
});

// A program, not a library: everything, native addons included, goes into dist/, which then needs Node and nothing else.
export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  target: "node24",
  dts: false,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  plugins: [nativeSpread(), unmappedLibraries(), builtinsByName()],
  sourcemap: true,
  outputOptions: {
    sourcemapExcludeSources: true,
    // What licences ask for stays.
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups: [{ name: "libraries", test: /node_modules/ }] },
  },
});
