import { expect, test } from "vitest";
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

test.each(leaks)("a server that %s is found out", async (leak, ...lines) => {
  await using server = await startLeakyServer(leak);
  using folder = scratchFolder(files);
  const run = await runExample([folder.path], { SEVERALTY_URL: server.url });
  expect(run).toMatchObject({ exitCode: 1, stderr: "" });
  for (const line of lines) expect(run.stdout).toMatch(line);
  expect(run.stdout.trimEnd().split("\n").at(-1)).toMatch(/^FAILED: 3 documents imported/);
});

test("the same server without a leak passes", async () => {
  await using server = await startLeakyServer("none");
  using folder = scratchFolder(files);
  expect(await runExample([folder.path], { SEVERALTY_URL: server.url })).toMatchObject({ exitCode: 0, stderr: "" });
});
