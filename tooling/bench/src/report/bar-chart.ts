import { escapeHtml } from "./escape-html.ts";
import { round } from "./round.ts";

/** One bar; without a value it says why. */
export interface Bar {
  readonly label: string;
  readonly value: number | undefined;
  /** Drawn in the colour that leads the eye. */
  readonly isOurs: boolean;
}

const width = 640;
const labelWidth = 190;
const valueWidth = 110;
const rowHeight = 26;

/** Horizontal bars from zero, each with its label and value beside it, as one SVG element. */
export const barChart = ({ title, unit, bars }: { title: string; unit: string; bars: readonly Bar[] }): string => {
  const most = Math.max(...bars.map(({ value }) => value ?? 0)) || 1;
  const height = bars.length * rowHeight + 4;
  const rows = bars.map(({ label, value, isOurs }, index) => {
    const y = index * rowHeight;
    const length = Math.max(1, ((value ?? 0) / most) * (width - labelWidth - valueWidth));
    const shown = value === undefined ? "not offered" : `${round(value)} ${unit}`.trimEnd();
    const bar =
      value === undefined
        ? ""
        : `<rect x="${labelWidth}" y="${y + 4}" width="${length.toFixed(1)}" height="${rowHeight - 8}" rx="3"/>`;
    const at = labelWidth + (value === undefined ? 0 : length + 6);
    return `<g class="${isOurs ? "ours" : "theirs"}"><text x="${labelWidth - 8}" y="${y + 18}" text-anchor="end">${escapeHtml(label)}</text>${bar}<text class="value" x="${at.toFixed(1)}" y="${y + 18}">${escapeHtml(shown)}</text></g>`;
  });
  const name = escapeHtml(title);
  return `<figure><figcaption>${name}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${rows.join("")}</svg></figure>`;
};
