import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RuleTester } from "oxlint/plugins-dev";
import { describe, expect, it, test } from "vitest";
import { rules } from "../src/rules.ts";
import { samples } from "./samples.ts";

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { sourceType: "module" } });

for (const [name, rule] of Object.entries(rules)) {
  const { good = [], bad = [] } = samples[name] ?? {};
  tester.run(name, rule, {
    valid: good.map((code) => ({ code, name: `lets pass ${code}`, filename: "leak.ts" })),
    invalid: bad.map(({ title, code }) => ({ code, name: `finds ${title}`, filename: "leak.ts", errors: 1 })),
  });
}

test("each rule has good and bad samples, and no sample is of a rule that is gone", () => {
  expect(Object.keys(samples)).toEqual(Object.keys(rules));
  for (const { good, bad } of Object.values(samples)) expect([good.length > 0, bad.length > 0]).toEqual([true, true]);
});

test("at least twenty of the bad patterns are of leaks that have happened, in as many projects", () => {
  const seen = Object.values(samples).flatMap(({ bad }) => bad.flatMap((sample) => sample.seen ?? []));
  for (const report of seen) expect(report).toMatch(/^[\w.-]+\/[\w.-]+#\d+$/);
  expect(new Set(seen.map((report) => report.split("#")[0])).size).toBeGreaterThanOrEqual(20);
});

test("CONTRIBUTING.md has the line of each rule, and of no other", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../../CONTRIBUTING.md"), "utf8");
  const lines = Object.entries(rules).map(([name, { meta }]) => [name, meta.docs.description]);
  const written = [...page.matchAll(/^\| `leaks\/([\w-]+)` +\| (.*?) +\|$/gm)].map(([, name, line]) => [
    name,
    line?.replaceAll("`", ""),
  ]);
  expect(written).toEqual(lines.map(([name, line]) => [name, line?.replaceAll("`", "")]));
});
