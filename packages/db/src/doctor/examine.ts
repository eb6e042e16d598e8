import { type ClientBase, DatabaseError } from "pg";
import { relations } from "./catalog.ts";
import type { Finding, Given, Rule } from "./rule.ts";

/** A rule that could not be asked: most often the role lacks a privilege to look. */
export interface Unseen {
  readonly rule: Rule;
  readonly reason: string;
}

/** What an examination came to, in the order of the rules. */
export interface Diagnosis {
  readonly findings: readonly (Finding & { readonly rule: Rule })[];
  readonly unseen: readonly Unseen[];
}

/** Under which names print qualified, and nothing that others made stands in for PostgreSQL's own. */
export const examinationSettings = "set local search_path = pg_catalog, pg_temp; set local jit = off";

/** Asks every rule, in one read-only transaction that changes nothing. `client` must not be in a transaction. */
export const examine = async (client: ClientBase, rules: readonly Rule[], given: Given): Promise<Diagnosis> => {
  try {
    return await askAtOnce(client, rules, given);
  } finally {
    // A lost connection has rolled back by itself, and must not hide why it was lost.
    await client.query("rollback").catch(() => undefined);
  }
};

/** What one rule finds, in a transaction with the examination's settings that is open. */
export const findingsOf = async (client: ClientBase, rule: Rule, given: Given): Promise<Finding[]> => {
  const { rows } = await client.query<Finding>(
    `${relations} select object, detail, fix from (${sqlOf(rule, given)}) f order by 1, 2, 3`,
  );
  return rows;
};

/** In one message, because each trip counts at the start of a server; where it fails, one by one, to know which could not be asked. */
const askAtOnce = async (client: ClientBase, rules: readonly Rule[], given: Given): Promise<Diagnosis> => {
  const asked = rules.map(
    (rule, at) => `select ${at} as at, object::text, detail::text, fix::text from (${sqlOf(rule, given)}) f${at}`,
  );
  try {
    const answers: unknown = await client.query(`begin read only; ${examinationSettings}; savepoint ask;
      ${relations}\n${asked.join("\nunion all\n")}\norder by 1, 2, 3, 4`);
    const findings = rowsOfLast<Finding & { readonly at: number }>(answers).flatMap(({ at, ...finding }) => {
      const rule = rules[at];
      return rule === undefined ? [] : [{ ...finding, rule }];
    });
    return { findings, unseen: [] };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await client.query("rollback to savepoint ask");
    return askOneByOne(client, rules, given);
  }
};

/** pg answers several statements with a result for each, which its types do not say. */
const rowsOfLast = <Row>(results: unknown): Row[] => (results as { rows: Row[] }[]).at(-1)?.rows ?? [];

const askOneByOne = async (client: ClientBase, rules: readonly Rule[], given: Given): Promise<Diagnosis> => {
  const findings: (Finding & { rule: Rule })[] = [];
  const unseen: Unseen[] = [];
  for (const rule of rules) {
    await client.query("savepoint ask");
    try {
      for (const finding of await findingsOf(client, rule, given)) findings.push({ ...finding, rule });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await client.query("rollback to savepoint ask");
      unseen.push({ rule, reason: error.message });
    }
  }
  return { findings, unseen };
};

const sqlOf = ({ sql }: Rule, given: Given): string => (typeof sql === "string" ? sql : sql(given));
