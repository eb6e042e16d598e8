import type { Client } from "pg";
import { errorWord } from "./outcome.ts";

/** Of the statements, those that were not refused for want of a privilege (SQLSTATE 42501), with what they met instead. */
export const notRefused = async (client: Client, statements: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const sql of statements) {
    const met = await client.query(sql).then(() => "done", errorWord);
    if (met !== "42501") found.push(`${met}: ${sql}`);
  }
  return found;
};
