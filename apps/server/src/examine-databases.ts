import { examine } from "@severalty/db/doctor/examine";
import type { Finding, Rule } from "@severalty/db/doctor/rule";
import { rules } from "@severalty/db/doctor/rules";
import { sessionRole } from "@severalty/db/doctor/rules/session-role";
import type { Orm } from "@severalty/db/orm";
import { asAdmin } from "@severalty/db/provision";
import type { RoleName } from "@severalty/db/roles";
import { isNewerThanProgram } from "@severalty/db/schema-state";
import type { Logger } from "pino";
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

/** Something that a rule found, or that it could not be asked. */
export type Trouble = Pick<Finding, "object" | "detail"> & { readonly rule: Rule };

/**
 * Asks the database, as each role that the server works with and on connections of its own, so that it can be begun before the pools
 * are open. Rejects when the database cannot be reached.
 */
export const examineDatabases = async (
  env: Pick<ServerEnv, "DATABASE_URL" | "AUTH_DATABASE_URL" | "PLATFORM_DATABASE_URL">,
  now: Date,
): Promise<Trouble[]> => {
  const troubles = await Promise.all([
    troublesAt(env.DATABASE_URL, "severalty_app", rulesAtStart, now),
    troublesAt(env.AUTH_DATABASE_URL, "severalty_auth", [sessionRole], now),
    troublesAt(env.PLATFORM_DATABASE_URL, "severalty_platform", [sessionRole], now),
  ]);
  return troubles.flat();
};

/**
 * Logs troubles at warn. In production an error ends the start, unless DOCTOR_ALLOW names its rule, or a newer release has migrated the
 * database, whose schema this one's lists do not describe. Throws `UnsafeDatabaseError`.
 */
export const assertSafe = async (
  troubles: readonly Trouble[],
  app: Orm,
  env: Pick<ServerEnv, "ENVIRONMENT" | "DOCTOR_ALLOW">,
  log: Logger,
): Promise<void> => {
  const isOutdated = troubles.length > 0 && (await isNewerThanProgram(app.em.fork()));
  const mayStart = ({ rule }: Trouble) =>
    env.ENVIRONMENT !== "production" ||
    rule.level !== "error" ||
    env.DOCTOR_ALLOW.includes(rule.id) ||
    (isOutdated && rule.isLasting !== true);
  for (const { rule, object, detail } of troubles.filter(mayStart)) {
    const prefix = env.DOCTOR_ALLOW.includes(rule.id) ? "allowed by DOCTOR_ALLOW: " : "";
    log.warn({ rule: rule.id, finding: rule.level, object }, `${prefix}${object} ${detail}`);
  }
  const refused = troubles.filter((trouble) => !mayStart(trouble));
  if (refused.length > 0)
    throw new UnsafeDatabaseError(
      refused.map(({ rule, object, detail }) => `${object} ${detail} (${rule.id}). ${rule.why}`),
    );
};

const troublesAt = (url: string, role: RoleName, asked: readonly Rule[], now: Date): Promise<Trouble[]> =>
  asAdmin(url, async (client) => {
    const { findings, unseen } = await examine(client, asked, { now, role, migrations: [] });
    return [
      ...findings,
      ...unseen.map(({ rule, reason }) => ({ rule, object: rule.title, detail: `cannot be told: ${reason}` })),
    ];
  });
