import { pageStyle } from "./page-style.ts";

/** Each chart of a report's page as an SVG file of its own, by the file's name: for documents that show them. */
export const chartFiles = (page: string): ReadonlyMap<string, string> =>
  new Map(
    [...page.matchAll(/<svg (viewBox="[^"]*" role="img" aria-label="([^"]*)")>(.*?)<\/svg>/g)].map(
      ([, attributes = "", title = "", inner = ""]) => [
        `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.svg`,
        `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><style>${style}</style>${inner}</svg>\n`,
      ],
    ),
  );

const style = `${pageStyle} svg { background: var(--card); font-family: system-ui, sans-serif; }`.replaceAll("\n", " ");
