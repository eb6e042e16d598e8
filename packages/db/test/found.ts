import type { Client } from "pg";
import { examine } from "../src/doctor/examine.ts";
import { rules } from "../src/doctor/rules.ts";

/** What rules of the doctor find, a line each. Throws for a rule that is none, or that cannot be asked. */
export const found = async (client: Client, ...ids: readonly string[]): Promise<string[]> => {
  const asked = rules.filter(({ id }) => ids.includes(id));
  if (asked.length !== ids.length) throw new Error(`not all of these are rules: ${ids.join(", ")}`);
  const { findings, unseen } = await examine(client, asked, { now: new Date(), role: "", migrations: [] });
  if (unseen.length > 0) throw new Error(unseen.map(({ rule, reason }) => `${rule.id}: ${reason}`).join("; "));
  return findings.map(({ rule, object, detail }) => `${rule.id}: ${object} ${detail}`);
};
