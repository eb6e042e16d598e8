import { isReserved } from "./names.ts";

/** Names without their quotes, unless SQL would take one for its own. What stands in a literal stays. */
export const plainNames = (sql: string): string =>
  sql.replaceAll(/'(?:[^']|'')*'|"([a-z_][a-z0-9_]*)"/g, (token: string, name: string | undefined) =>
    name === undefined || isReserved(name) ? token : name,
  );

/** Parts of a list, cut at commas that are in no parentheses and in no literal. */
export const splitAtCommas = (text: string): string[] => {
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|[(),]|[^'(),]+/g)) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${token}`);
  }
  return parts.map((part) => part.trim());
};
