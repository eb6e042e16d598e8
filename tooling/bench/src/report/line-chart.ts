import { escapeHtml } from "./escape-html.ts";
import { round } from "./round.ts";
import { spreadApart } from "./spread-apart.ts";
import { ticks } from "./ticks.ts";

/** Points of one line, by rising x. */
export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** What a chart of lines shows. */
export interface LineChart {
  readonly title: string;
  readonly unit: string;
  /** What x counts. */
  readonly axis: string;
  readonly lines: readonly Line[];
}

const size = { width: 640, height: 280, left: 64, right: 80, top: 12, bottom: 44 };
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

/** Lines over a logarithmic x axis and from zero, each point with its value, as one SVG element; nothing without points. */
export const lineChart = ({ title, unit, axis, lines }: LineChart): string => {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return "";
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((one, other) => one - other);
  const ys = ticks(Math.max(...points.map(({ y }) => y)) || 1);
  const [atX, atY] = [xScale(xs), yScale(ys)];
  const grid = ys.map(
    (y) =>
      `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${atY(y)}" y2="${atY(y)}"/>` +
      `<text x="${size.left - 8}" y="${atY(y) + 4}" text-anchor="end">${y.toLocaleString("en-GB")}</text>`,
  );
  const marks = xs.map(
    (x) => `<text x="${atX(x)}" y="${size.height - 24}" text-anchor="middle">${x.toLocaleString("en-GB")}</text>`,
  );
  const foot = `<text x="${size.left + inner.width / 2}" y="${size.height - 5}" text-anchor="middle">${escapeHtml(axis)}</text>`;
  const ends = spreadApart(
    lines.map(({ points: own }) => atY(own.at(-1)?.y ?? 0)),
    15,
  );
  const drawn = lines.map(({ label, points: own }, index) => {
    const path = own.map(({ x, y }) => `${atX(x)},${atY(y)}`).join(" ");
    const dots = own.map(({ x, y }) => {
      const said = escapeHtml(`${label}: ${round(y)} ${unit}, ${x} ${axis}`);
      return `<circle cx="${atX(x)}" cy="${atY(y)}" r="3.5"><title>${said}</title></circle>`;
    });
    const name = `<text x="${atX(xs.at(-1) ?? 1) + 9}" y="${(ends[index] ?? 0) + 4}">${escapeHtml(label)}</text>`;
    return `<g class="line${index % 4}"><polyline points="${path}"/>${dots.join("")}${name}</g>`;
  });
  const caption = `<figcaption>${escapeHtml(title)} <small>in ${escapeHtml(unit)}</small></figcaption>`;
  return `<figure>${caption}<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(title)}">${[...grid, ...marks, foot, ...drawn].join("")}</svg></figure>`;
};

const xScale = (xs: readonly number[]) => {
  const [low, high] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  return (x: number) => tenth(size.left + (high === low ? 0.5 : (Math.log(x) - low) / (high - low)) * inner.width);
};

const yScale = (ys: readonly number[]) => (y: number) => tenth(size.top + (1 - y / (ys.at(-1) ?? 1)) * inner.height);

const tenth = (value: number) => Math.round(value * 10) / 10;
