import { type Diagnosis, examine } from "@severalty/db/doctor/examine";
import { givenFor } from "@severalty/db/doctor/given";
import type { Level } from "@severalty/db/doctor/rule";
import { rules } from "@severalty/db/doctor/rules";
import { asAdmin } from "@severalty/db/provision";
import type { Arguments } from "./arguments.ts";
import type { MigratorEnv } from "./env.ts";
import { waitFor } from "./prepare.ts";

/**
 * Examines the database and prints what it finds, worst first; answers the exit code. A rule that could not be asked counts as one that
 * found something: nobody knows. Unlike the other commands it looks whatever the role lacks, because that is what it is there to tell.
 */
export const doctor = async (
  env: MigratorEnv,
  { json, strict }: Arguments,
  say: (line: string) => void,
  now: Date,
): Promise<number> => {
  const given = await givenFor("severalty_migrator", now);
  const diagnosis = await waitFor(env.DATABASE_URL, env, json ? () => undefined : say, () =>
    asAdmin(env.DATABASE_URL, (client) => examine(client, rules, given)),
  );
  console.log(json ? JSON.stringify(asData(diagnosis)) : asText(diagnosis));
  return count(diagnosis, "error") > 0 || (strict && count(diagnosis, "warning") > 0) ? 1 : 0;
};

const count = ({ findings, unseen }: Diagnosis, level: Level): number =>
  [...findings, ...unseen].filter(({ rule }) => rule.level === level).length;

const asData = ({ findings, unseen }: Diagnosis) => ({
  rules: rules.length,
  findings: findings.map(({ rule: { id, level, title, why, mender }, ...finding }) => ({
    rule: id,
    level,
    title,
    ...finding,
    why,
    mender,
  })),
  unseen: unseen.map(({ rule: { id, level, title }, reason }) => ({ rule: id, level, title, reason })),
});

const levels = ["error", "warning", "info"] as const satisfies readonly Level[];
const menders = { migrator: "severalty_migrator", administrator: "a superuser" } as const;

const asText = (diagnosis: Diagnosis): string => {
  const blocks = levels.flatMap((level) => [
    ...diagnosis.findings
      .filter(({ rule }) => rule.level === level)
      .map(({ rule, object, detail, fix }) =>
        block(level, `${object}  ${detail}`, [`${rule.why} [${rule.id}]`, "", ...sqlLines(fix, menders[rule.mender])]),
      ),
    ...diagnosis.unseen
      .filter(({ rule }) => rule.level === level)
      .map(({ rule, reason }) =>
        block(level, `not looked at: ${rule.title}`, [`PostgreSQL answered: ${reason}. [${rule.id}]`]),
      ),
  ]);
  return [...blocks, summary(diagnosis)].join("\n\n");
};

const block = (level: Level, head: string, lines: readonly string[]): string =>
  [`${level.padEnd(9)}${head}`, ...lines.map((line) => (line === "" ? "" : `${" ".repeat(9)}${line}`))].join("\n");

const sqlLines = (fix: string, mender: string): string[] => {
  if (fix.startsWith("--") && !fix.includes("\n")) return [`  ${fix}`];
  return [`to mend it, as ${mender}:`, ...`${fix};`.split("\n").map((line) => `  ${line}`)];
};

const summary = (diagnosis: Diagnosis): string => {
  const counted = levels.flatMap((level) => {
    const many = count(diagnosis, level);
    return many === 0 ? [] : [`${many} ${level}${many === 1 || level === "info" ? "" : "s"}`];
  });
  return `${rules.length} rules: ${counted.length === 0 ? "nothing found" : counted.join(", ")}`;
};
