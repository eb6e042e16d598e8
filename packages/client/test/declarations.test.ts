import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const declarations = () => readFileSync(join(root, "dist/index.d.ts"), "utf8");

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly exports: unknown };
}

const readManifest = (): Manifest => JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** Runs a command line as pnpm runs a package's script. */
const run = async (command: string, cwd: string): Promise<string> => {
  const path = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  try {
    return (await promisify(execFile)("sh", ["-c", command], { cwd, env: { ...process.env, PATH: path } })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} failed:\n${stdout}${stderr}`, { cause: error });
  }
};

beforeAll(async () => {
  await run(readManifest().scripts["build"] ?? "", root);
}, 120_000);

test.each(["mikro-orm", "pino", "express", "pg"])("the published declarations know nothing of %s", (name) => {
  expect(declarations()).not.toMatch(new RegExp(`["'/@]${name}["'/]`, "i"));
});

test("the published code and declarations import nothing but the package's own dependencies", () => {
  const { dependencies } = readManifest();
  for (const text of [declarations(), readFileSync(join(root, "dist/index.js"), "utf8")]) {
    const imported = [...text.matchAll(/(?:from |import |import\()["']([^"']+)["']/g)].map(([, name]) => name ?? "");
    const packages = imported.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...new Set(packages)]));
  }
});

test("a user's program compiles against the published declarations, and its mistakes do not", async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "severalty-consumer-"));
  const modules = join(folder.path, "node_modules");
  const installed = join(modules, "@severalty/client");
  const manifest = readManifest();
  cpSync(join(root, "dist"), join(installed, "dist"), { recursive: true });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ ...manifest, ...manifest.publishConfig }));
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(realpathSync(join(root, "node_modules", name)), join(modules, name));
  }
  cpSync(join(root, "test/fixtures/consumer.ts"), join(folder.path, "consumer.ts"));
  writeFileSync(join(folder.path, "package.json"), JSON.stringify({ type: "module" }));
  const options = "--strict --noEmit --module nodenext --target es2024 --lib es2024,dom,esnext.disposable --types ''";
  expect(await run(`tsc ${options} consumer.ts`, folder.path)).toBe("");
}, 60_000);
