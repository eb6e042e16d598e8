import type { ProcedureResult, Proof } from "./prove.ts";

/** A proof, and what it was made with. */
export interface Report extends Proof {
  readonly title: string;
  readonly at: string;
  /** Of what the proof speaks: of PostgreSQL, Node and the commit. */
  readonly versions: Readonly<Record<string, string>>;
  /** Values of the other tenant, by where they are from. */
  readonly harvested: Readonly<Record<string, number>>;
  /** What no comparison here can show, and why. */
  readonly notCompared: Readonly<Record<string, string>>;
}

/** The summary that a terminal shows: a line per procedure, then whatever was found. */
export const reportText = (report: Report): string => {
  const width = Math.max(10, ...report.procedures.map(({ path }) => path.length));
  const row = (name: string, ...cells: (string | number)[]) =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(11)).join("")}`;
  return [
    row("procedure", "requests", "answered", "changed", "found", "seconds"),
    ...report.procedures.map(({ path, requests, succeeded, changed, findings, faults, durationMs }) =>
      row(path, requests, succeeded, changed, findings.length + faults.length, (durationMs / 1000).toFixed(1)),
    ),
    "",
    ...allFaults(report).map((fault) => `FAULT ${fault}`),
    ...report.procedures.flatMap(({ findings }) => findings.slice(0, 3)).map(findingText),
    ...report.procedures.flatMap(({ path, exemptions }) =>
      exemptions.map(
        ({ aspect, reason, differences }) => `exempt ${path} ${aspect} (${differences} differences): ${reason}`,
      ),
    ),
    "",
    `${report.holds ? "holds" : "DOES NOT HOLD"}: ${report.procedures.length} procedures, ${report.requests} requests to each of two worlds, ${report.values} values of the other tenant, ${(report.durationMs / 1000).toFixed(1)} s`,
  ].join("\n");
};

/** Everything that is wrong without being a difference. */
const allFaults = ({ faults, procedures }: Pick<Proof, "faults" | "procedures">): readonly string[] => [
  ...faults,
  ...procedures.flatMap((procedure) => procedure.faults),
];

type Finding = ProcedureResult["findings"][number];

const findingText = ({
  procedure,
  caller,
  aspect,
  kind,
  what,
  where,
  call,
  withOther,
  withoutOther,
}: Finding): string =>
  [
    `DIFFERENCE ${procedure} as ${caller}, ${aspect}${kind === "" ? "" : ` = ${kind}`}: ${what}, ${where}`,
    `  request            ${JSON.stringify(call.input)}`,
    `  where he exists    ${withOther.answer.status} ${withOther.answer.body.slice(0, 400)}`,
    `  where he never was ${withoutOther.answer.status} ${withoutOther.answer.body.slice(0, 400)}`,
  ].join("\n");

/** The report as one HTML page that needs nothing else. */
export const reportHtml = (report: Report): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escape(report.title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 } td, th { padding: .25rem .6rem; border-bottom: 1px solid #d8dee4; text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } .good { color: #116329 } .bad { color: #a40e26; font-weight: 600 }
pre { background: #f6f8fa; padding: .8rem; overflow-x: auto; white-space: pre-wrap } summary { cursor: pointer }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } pre { background: #161b22 } td, th { border-color: #30363d } .good { color: #3fb950 } .bad { color: #ff7b72 } }
</style>
<h1>${escape(report.title)}</h1>
<p class="${report.holds ? "good" : "bad"}">${report.holds ? "It holds." : "It does not hold."} ${report.procedures.length} procedures, ${report.requests} requests to each of two worlds, ${report.values} values of the other tenant, ${(report.durationMs / 1000).toFixed(1)} s.</p>
<p>${escape(report.at)} · ${escape(
  Object.entries(report.versions)
    .map((pair) => pair.join(" "))
    .join(" · "),
)}</p>
${section(
  "What is wrong",
  allFaults(report).map((fault) => `<pre>${escape(fault)}</pre>`),
)}
${section(
  "Differences",
  report.procedures.flatMap(({ findings }) => findings).map((finding) => `<pre>${escape(findingText(finding))}</pre>`),
)}
<h2>Procedures and attacks</h2>
${table(
  ["procedure", "kind", "requests", "answered with success", "changed rows", "found", "seconds"],
  report.procedures.map((one) => [
    `<details><summary>${escape(one.path)}</summary>${table(
      ["place", "requests", "found"],
      one.places.map(({ place, requests, findings }) => [escape(place), requests, mark(findings)]),
    )}</details>`,
    one.type,
    one.requests,
    one.succeeded,
    one.changed,
    mark(one.findings.length + one.faults.length),
    (one.durationMs / 1000).toFixed(1),
  ]),
)}
<h2>Exemptions</h2>
${table(
  ["procedure", "aspect", "reason", "differences"],
  report.procedures.flatMap(({ path, exemptions }) =>
    exemptions.map(({ aspect, reason, differences }) => [escape(path), escape(aspect), escape(reason), differences]),
  ),
)}
<h2>Not compared</h2>
${table(
  ["what", "why"],
  Object.entries(report.notCompared).map((pair) => pair.map(escape)),
)}
<h2>Values of the other tenant</h2>
${table(
  ["from", "values"],
  Object.entries(report.harvested).map(([kind, count]) => [escape(kind), count]),
)}
</html>
`;

const section = (title: string, parts: readonly string[]): string =>
  parts.length === 0 ? "" : `<h2>${title}</h2>\n${parts.join("\n")}`;

const mark = (count: number): string => (count === 0 ? "0" : `<span class="bad">${count}</span>`);

const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  `<table>${line("th", heads)}${rows.map((cells) => line("td", cells)).join("\n")}</table>`;

const line = (tag: "td" | "th", cells: readonly (string | number)[]): string =>
  `<tr>${cells.map((value) => `<${tag}${typeof value === "number" ? ' class="n"' : ""}>${value}</${tag}>`).join("")}</tr>`;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? character);
