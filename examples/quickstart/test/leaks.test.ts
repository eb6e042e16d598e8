import { expect, test } from "vitest";
import { findMarkdown } from "../src/markdown-files.ts";
import { runQuickstart } from "../src/run-quickstart.ts";
import type { Leak } from "./leaky-router.ts";
import { startLeakyServer } from "./leaky-server.ts";
import { runExample } from "./run-example.ts";
import { scratchFolder } from "./scratch-folder.ts";

const files = { "README.md": "the first words", "one.md": "the second words", "two.md": "the third words" };

/** Each leak, and the lines by which the example has to tell it. */
const leaks: [Leak, ...RegExp[]][] = [
  ["reads by id alone", /read it .* CROSSED \(3 of 3\)/],
  ["says forbidden", /read it .* DIFFERS \(3 of 3\)/, /remove it .* DIFFERS \(3 of 3\)/],
  ["says whose it is", /read it .* NOT_FOUND documents\/not-found \(3\) .* DIFFERS \(3 of 3\)/],
  ["checks the version first", /update another version of it .* DIFFERS \(3 of 3\)/],
  ["lists by author alone", /list its author's documents .* CROSSED \(3 of 3\)/],
  ["lists by parent alone", /list what stands under it .* CROSSED \(1 of 3\)/],
  ["searches all tenants", /search for its words .* CROSSED \(3 of 3\)/],
  ["goes on from its place in all tenants", /list on from its place .* CROSSED/],
  ["links to any document", /put a document under it .* CROSSED \(3 of 3\)/],
  ["removes by id alone", /remove it .* CROSSED \(3 of 3\)/, /README\.md was removed/],
  ["removes and says not found", /^one\.md was removed/m],
];

/** What the example's program does, without a process for it: what it said, and its last line. */
const run = async (url: string) => {
  using folder = scratchFolder(files);
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const isAllWell = await runQuickstart({ url, folder: folder.path, paths: findMarkdown(folder.path), say });
  return { isAllWell, stdout: said.join("\n") };
};

test.each(leaks)("a server that %s is found out", async (leak, ...lines) => {
  await using server = await startLeakyServer(leak);
  const { isAllWell, stdout } = await run(server.url);
  expect(isAllWell).toBe(false);
  for (const line of lines) expect(stdout).toMatch(line);
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^FAILED: 3 documents imported/);
});

test("the same server without a leak passes", async () => {
  await using server = await startLeakyServer("none");
  expect(await run(server.url)).toMatchObject({ isAllWell: true });
});

test("the exit code is 1 when something leaks", async () => {
  await using server = await startLeakyServer("reads by id alone");
  using folder = scratchFolder(files);
  const ended = await runExample([folder.path], { SEVERALTY_URL: server.url });
  expect(ended).toMatchObject({ exitCode: 1, stderr: "" });
  expect(ended.stdout).toContain("\nFAILED: 3 documents imported");
});
