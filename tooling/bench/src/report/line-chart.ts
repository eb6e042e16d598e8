import { escapeHtml } from "./escape-html.ts";
import { round } from "./round.ts";

/** Points of one line, by rising x. */
export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const size = { width: 640, height: 280, left: 64, right: 70, top: 12, bottom: 44 };

/** Lines over a logarithmic x axis and from zero, each point with its value, as one SVG element; nothing without points. */
export const lineChart = ({
  title,
  unit,
  axis,
  lines,
}: {
  title: string;
  unit: string;
  axis: string;
  lines: readonly Line[];
}): string => {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return "";
  const xs = [...new Set(points.map(({ x }) => x))].toSorted((one, other) => one - other);
  const [low, high] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  const most = Math.max(...points.map(({ y }) => y)) * 1.15 || 1;
  const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };
  const atX = (x: number) => size.left + (high === low ? 0.5 : (Math.log(x) - low) / (high - low)) * inner.width;
  const atY = (y: number) => size.top + (1 - y / most) * inner.height;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = atY(most * share).toFixed(1);
    return `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}"/><text x="${size.left - 8}" y="${Number(y) + 4}" text-anchor="end">${round(most * share)}</text>`;
  });
  const ticks = xs.map(
    (x) =>
      `<text x="${atX(x).toFixed(1)}" y="${size.height - 24}" text-anchor="middle">${x.toLocaleString("en-GB")}</text>`,
  );
  const drawn = lines.map(({ label, points: own }, index) => {
    const path = own.map(({ x, y }) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`);
    const dots = own.map(
      ({ x, y }) =>
        `<circle cx="${atX(x).toFixed(1)}" cy="${atY(y).toFixed(1)}" r="3.5"><title>${escapeHtml(`${label}: ${round(y)} ${unit} at ${x}`)}</title></circle>`,
    );
    const end = own.at(-1);
    const name = end && `<text x="${atX(end.x) + 8}" y="${atY(end.y) + 4}">${escapeHtml(label)}</text>`;
    return `<g class="line${index % 4}"><polyline points="${path.join(" ")}"/>${dots.join("")}${name ?? ""}</g>`;
  });
  const name = escapeHtml(title);
  const foot = `<text x="${size.left + inner.width / 2}" y="${size.height - 5}" text-anchor="middle">${escapeHtml(axis)}</text>`;
  return `<figure><figcaption>${name} <small>in ${escapeHtml(unit)}</small></figcaption><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${name}">${[...grid, ...ticks, foot, ...drawn].join("")}</svg></figure>`;
};
