import { type Figure, isKept } from "../figure.ts";
import { escapeHtml } from "./escape-html.ts";
import { growthSection } from "./growth-section.ts";
import { pageStyle } from "./page-style.ts";
import { peersSection } from "./peers-section.ts";
import type { Report } from "./report.ts";
import { round } from "./round.ts";

/** The report as one page that needs nothing else: no script, no font, no network. */
export const reportPage = ({ at, machine, isQuick, figures, peers, growth }: Report): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Severalty, measured</title>
<style>${pageStyle}</style>
<h1>Severalty, measured</h1>
<p>${escapeHtml(`${at.slice(0, 16).replace("T", " ")} UTC · ${machine.cores} × ${machine.processor} · Node ${machine.node}`)}${isQuick ? " · <strong>a quick run: whether it works, not how fast it is</strong>" : ""}</p>
${peers === undefined ? "" : peersSection(peers)}
${growth === undefined ? "" : growthSection(growth)}
<section><h2>What is promised</h2>${figuresTable(figures)}</section>
</html>
`;

const figuresTable = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => {
    const { name, value, limit, unit, on, moreIsBetter = false } = figure;
    const cells = [
      name,
      `${round(value)} ${unit}`,
      `${moreIsBetter ? "≥" : "<"} ${limit} ${unit}`,
      isKept(figure) ? "yes" : "NO",
      on,
    ];
    return `<tr class="${isKept(figure) ? "kept" : "broken"}">${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  return `<table><tr><th>figure</th><th>measured</th><th>promised</th><th>kept</th><th>on</th></tr>${rows.join("")}</table>`;
};
