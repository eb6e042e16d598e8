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
  await client.query("begin");
  try {
    await client.query(`set transaction read only; ${examinationSettings}`);
    const diagnosis = await askAtOnce(client, rules, given);
    return diagnosis;
  } finally {
    await client.query("rollback");
  }
};

/** What one rule finds, in a transaction with the examination's settings that is open. */
export const findingsOf = async (client: ClientBase, rule: Rule, given: Given): Promise<Finding[]> => {
  const { rows } = await client.query<Finding>(
    `${relations} select object, detail, fix from (${sqlOf(rule, given)}) f order by 1, 2, 3`,
  );
  return rows;
};

/** In one statement, because each trip counts at the start of a server; where that fails, one by one, to know which could not be asked. */
const askAtOnce = async (client: ClientBase, rules: readonly Rule[], given: Given): Promise<Diagnosis> => {
  const sql = rules.map(
    (rule, at) => `select ${at} as at, object::text, detail::text, fix::text from (${sqlOf(rule, given)}) f${at}`,
  );
  await client.query("savepoint ask");
  try {
    const { rows } = await client.query<Finding & { at: number }>(
      `${relations}\n${sql.join("\nunion all\n")}\norder by 1, 2, 3`,
    );
    const findings = rows.flatMap(({ at, ...finding }) => {
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
