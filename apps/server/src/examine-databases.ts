import { examine } from "@severalty/db/doctor/examine";
import type { Finding, Rule } from "@severalty/db/doctor/rule";
import { rules } from "@severalty/db/doctor/rules";
import { sessionRole } from "@severalty/db/doctor/rules/session-role";
import { poolOf, type Orm } from "@severalty/db/orm";
import type { RoleName } from "@severalty/db/roles";
import { isNewerThanProgram } from "@severalty/db/schema-state";
import type { Logger } from "pino";
import type { Databases } from "./connect.ts";
import type { ServerEnv } from "./env.ts";

/** The database would not keep tenants apart; a sentence for each reason. */
export class UnsafeDatabaseError extends Error {
  constructor(reasons: readonly string[]) {
    super(
      `the database does not keep tenants apart as it should, and ENVIRONMENT is production:
${reasons.map((reason) => `  - ${reason}`).join("\n")}
  what to do: run "migrate doctor" for the SQL that mends it; or name a rule in DOCTOR_ALLOW to start all the same`,
    );
    this.name = "UnsafeDatabaseError";
  }
}

/** What any role can answer and an operator should not overlook. */
const rulesAtStart = rules.filter(({ reads, level }) => reads !== "data" && level !== "info");

/**
 * Examines the database once, as the roles that the server works with, and logs what it finds at warn. In production an error ends the
 * start, unless DOCTOR_ALLOW names its rule, or a newer release has migrated the database, whose schema this one's lists do not describe.
 * Throws `UnsafeDatabaseError`.
 */
export const examineDatabases = async (
  { app, auth, platform }: Databases,
  env: Pick<ServerEnv, "ENVIRONMENT" | "DOCTOR_ALLOW">,
  log: Logger,
  now: Date,
): Promise<void> => {
  const troubles = await Promise.all([
    troublesOf(app, "severalty_app", rulesAtStart, now),
    troublesOf(auth, "severalty_auth", [sessionRole], now),
    troublesOf(platform, "severalty_platform", [sessionRole], now),
  ]);
  const all = troubles.flat();
  const isOutdated = all.length > 0 && (await isNewerThanProgram(app.em.fork()));
  const mayStart = ({ rule }: Trouble) =>
    env.ENVIRONMENT !== "production" ||
    rule.level !== "error" ||
    env.DOCTOR_ALLOW.includes(rule.id) ||
    (isOutdated && rule.isLasting !== true);
  for (const { rule, object, detail } of all.filter(mayStart)) {
    const prefix = env.DOCTOR_ALLOW.includes(rule.id) ? "allowed by DOCTOR_ALLOW: " : "";
    log.warn({ rule: rule.id, finding: rule.level, object }, `${prefix}${object} ${detail}`);
  }
  const refused = all.filter((trouble) => !mayStart(trouble));
  if (refused.length > 0)
    throw new UnsafeDatabaseError(
      refused.map(({ rule, object, detail }) => `${object} ${detail} (${rule.id}). ${rule.why}`),
    );
};

type Trouble = Pick<Finding, "object" | "detail"> & { readonly rule: Rule };

const troublesOf = async (orm: Orm, role: RoleName, asked: readonly Rule[], now: Date): Promise<Trouble[]> => {
  const pool = await poolOf(orm);
  const client = await pool.connect();
  try {
    const { findings, unseen } = await examine(client, asked, { now, role, migrations: [] });
    return [
      ...findings,
      ...unseen.map(({ rule, reason }) => ({ rule, object: rule.title, detail: `cannot be told: ${reason}` })),
    ];
  } finally {
    client.release();
  }
};
