import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { json } from "node:stream/consumers";
import { beforeAll, expect, test } from "vitest";
import { samples } from "./samples.ts";

const repository = resolve(import.meta.dirname, "../../..");
const plugin = "tooling/oxlint-plugin/src";

/** What the linter found, `rule file` each. */
let found: ReadonlySet<string>;
const opened = ["packages/api/src/opened-file.ts", "packages/api/src/opened-region.ts"];

const fileOf = (rule: string, kind: "good" | "bad", at: number): string =>
  join(dirname(samples[rule]?.file ?? ""), `${rule}-${kind}-${at}.ts`);

// The repository's own configuration and plugin, over a folder with a file for each sample.
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "severalty-lint-"));
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  };
  const config = await readFile(join(repository, ".oxlintrc.json"), "utf8");
  await write(".oxlintrc.json", config.replace('"typeAware": true,', ""));
  await write("package.json", '{ "type": "module" }');
  await cp(join(repository, plugin), join(root, plugin), { recursive: true });
  for (const [rule, { good, bad }] of Object.entries(samples)) {
    for (const [at, code] of good.entries()) await write(fileOf(rule, "good", at), code);
    for (const [at, { code }] of bad.entries()) await write(fileOf(rule, "bad", at), code);
  }
  const region = "/* oxlint-disable */\nexport const seen = new Map();\n";
  await write(opened[0] ?? "", region);
  await write(opened[1] ?? "", `export const first = 1;\n${region}`);
  const linter = spawn(process.execPath, [join(repository, "node_modules/oxlint/bin/oxlint"), "-f", "json"], {
    cwd: root,
  });
  const answer = (await json(linter.stdout)) as { diagnostics: { code?: string; filename: string }[] };
  found = new Set(answer.diagnostics.map(({ code, filename }) => `${code} ${filename}`));
  await rm(root, { recursive: true });
});

test.each(Object.keys(samples))("the repository's configuration puts %s where such code would stand", (rule) => {
  const filesOf = (kind: "good" | "bad") => samples[rule]?.[kind].map((_, at) => fileOf(rule, kind, at)) ?? [];
  const isFound = (file: string) => found.has(`leaks(${rule}) ${file}`);
  expect(filesOf("bad").filter((file) => !isFound(file))).toEqual([]);
  expect(filesOf("good").filter(isFound)).toEqual([]);
});

test("a file that disables every rule, for itself or from a line on, is found all the same", () => {
  const known = [...found].filter((it) => opened.some((file) => it.endsWith(file)));
  expect(known.toSorted()).toEqual(opened.map((file) => `leaks(reasoned-disable) ${file}`));
});
