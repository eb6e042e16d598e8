import { explained } from "./explained.ts";
import { killRate, type KillCounts } from "./kill-table.ts";
import type { Verdict } from "./mutant.ts";

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

const row = (cells: readonly (string | number)[], tag = "td"): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join("")}</tr>`;

/** A section of a page: the kill table, the survivors with their reasons, and each mutant with who noticed it. */
export const killSection = (counts: readonly KillCounts[], verdicts: readonly Verdict[]): string => {
  const names = [
    "kind",
    "generated",
    "run",
    "behaviour",
    "posture",
    "time",
    "invalid",
    "explained",
    "survived",
  ] as const;
  const survivors = verdicts.filter(({ outcome }) => outcome === "survived");
  return `<section id="mutants"><h2>Defences taken away, one at a time</h2>
<table>${row([...names, "killed"], "th")}
${counts.map((count) => row([...names.map((name) => count[name]), `${killRate(count).toFixed(1)} %`])).join("\n")}</table>
<h3>Survivors</h3>
<table>${row(["mutant", "why nothing notices"], "th")}
${survivors.map(({ id, what }) => row([what, explained[id] ?? "a gap: no test notices it"])).join("\n")}</table>
<details><summary>Every mutant</summary><table>${row(["kind", "what is taken away", "outcome", "noticed by", "test"], "th")}
${verdicts.map(({ kind, what, outcome, by, test }) => row([kind, what, outcome, by ?? "", test ?? ""])).join("\n")}</table></details></section>`;
};
