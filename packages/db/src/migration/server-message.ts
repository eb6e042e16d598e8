import { DatabaseError } from "pg";

/** SQLSTATE of the server's error in a chain of causes; undefined when the server sent none. */
export const sqlstateOf = (error: unknown): string | undefined => {
  for (let link = error; link instanceof Error; link = link.cause)
    if ("code" in link && typeof link.code === "string" && /^[0-9A-Z]{5}$/.test(link.code)) return link.code;
  return undefined;
};

/** What the server said, with its SQLSTATE. Leaves out the detail, and the values that data exceptions (class 22) quote. */
export const messageOf = (error: unknown): string => {
  const code = sqlstateOf(error);
  if (!(error instanceof Error)) return String(error);
  const said = rootOf(error).message;
  if (code === undefined) return said;
  return `${code.startsWith("22") ? said.replace(/"[^"]*"/g, '"…"') : said} (SQLSTATE ${code})`;
};

const rootOf = (error: Error): Error => {
  let root = error;
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    if (link instanceof DatabaseError) return link;
    root = link;
  }
  return root;
};
