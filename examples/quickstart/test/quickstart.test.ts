import { TestDatabase } from "@severalty/db/testing/test-database";
import { expect, test } from "vitest";
import { attempts } from "../src/attempts.ts";
import { runExample } from "./run-example.ts";
import { RunningServer } from "./running-server.ts";
import { scratchFolder } from "./scratch-folder.ts";

const pages = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [
    `pages/${index}.md`,
    `# Page ${index}\n\nwith words of its own, ${index}\n`,
  ]),
);

test("a folder is imported, read back unchanged, and out of another tenant's reach", async () => {
  await using database = await TestDatabase.create();
  await using server = await RunningServer.start(database);
  using folder = scratchFolder({
    ...pages,
    "README.md": "# Read me\r\n\r\n100 % of the _words_ \\ «Ünïcödé» 𝄞\r\n",
    "guide/README.md": "\uFEFF# Guide\n",
    "guide/deep/page.MD": "below the guide",
    "empty.md": "",
    "too-long.md": "x".repeat(900_001),
    "too-large.md": new Uint8Array(4 * 1024 * 1024 + 1).fill(0x78),
    "nul.md": "a\0b",
    "latin1.md": new Uint8Array([0x63, 0x61, 0x66, 0xe9]),
    "node_modules/dependency/README.md": "not ours",
    "dist/built.md": "not a source",
    ".hidden/secret.md": "hidden",
    "notes.txt": "no Markdown",
  });
  const run = await runExample([folder.path], { SEVERALTY_URL: server.url });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  const { stdout } = run;
  expect(stdout).toContain("16 documents read back, 0 mismatches");
  expect(stdout).toMatch(/skipped too-long\.md: input\/invalid: content: .*900000/);
  expect(stdout).toMatch(/skipped too-large\.md: too large: 4194305 bytes/);
  expect(stdout).toMatch(/skipped nul\.md: contains the NUL character/);
  expect(stdout).toMatch(/skipped latin1\.md: is not UTF-8/);
  const rows = stdout.split("\n").filter((line) => /│ +same +│$/.test(line));
  expect(rows.map((row) => row.split("│")[1]?.trim())).toEqual(attempts.map(({ name }) => name));
  expect(rows[0]).toContain("NOT_FOUND documents/not-found (16)");
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(
    /^OK: 16 documents imported, 4 files skipped, 160 attempts compared/,
  );
});

test("a file is found by its own words, though its longest line has none or is beyond what is searched", async () => {
  await using database = await TestDatabase.create();
  await using server = await RunningServer.start(database);
  using folder = scratchFolder({
    "table.md": `| a | table |\n| ${"-".repeat(60)} | ${"-".repeat(60)} |\n`,
    "long.md": `${"some words\n".repeat(6000)}${"and at its end the longest line ".repeat(3)}`,
    "marks.md": "---\n***\n",
  });
  const run = await runExample([folder.path], { SEVERALTY_URL: server.url });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("OK: 3 documents imported");
});

test.each([
  ["no server listens there", { "a.md": "a" }, /cannot reach http:\/\/127\.0\.0\.1:1.*\n.*pnpm dev/],
  ["the folder has no Markdown file", { "a.txt": "a" }, /there is no Markdown file in/],
])("the exit code is 2 when %s", async (_, files, message) => {
  using folder = scratchFolder(files);
  const { exitCode, stderr } = await runExample([folder.path], { SEVERALTY_URL: "http://127.0.0.1:1" });
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});

test("the exit code is 2 when the folder does not exist", async () => {
  const { exitCode, stderr } = await runExample(["/nonexistent/folder"], {});
  expect(stderr).toMatch(/^quickstart: the folder \/nonexistent\/folder cannot be read/);
  expect(exitCode).toBe(2);
});

test("help is printed without a server", async () => {
  const { exitCode, stdout } = await runExample(["--help"], {});
  expect(stdout).toContain("Usage: pnpm quickstart [folder]");
  expect(exitCode).toBe(0);
});
