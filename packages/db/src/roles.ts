import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Client } from "pg";

interface RoleSpec {
  readonly login: boolean;
  readonly inherit: boolean;
  readonly bypassRls: boolean;
}

/** Every role of Severalty; none is a superuser, creates roles or databases, or replicates. */
export const roles = {
  severalty_owner: { login: false, inherit: true, bypassRls: false },
  severalty_gate: { login: false, inherit: true, bypassRls: true },
  severalty_migrator: { login: true, inherit: true, bypassRls: true },
  severalty_app: { login: true, inherit: false, bypassRls: false },
  severalty_auth: { login: true, inherit: false, bypassRls: false },
  severalty_platform: { login: true, inherit: false, bypassRls: false },
  severalty_worker: { login: true, inherit: false, bypassRls: false },
} as const satisfies Record<string, RoleSpec>;

export type RoleName = keyof typeof roles;

/** Roles that the server and its workers log in with. */
export const serverRoles = ["severalty_app", "severalty_auth", "severalty_platform", "severalty_worker"] as const;

/**
 * A stuck statement, lock or idle transaction of the server ends by itself, and no session sees the statements of another; as role
 * settings they pass through PgBouncer.
 */
export const serverSettings = {
  statement_timeout: "30s",
  lock_timeout: "10s",
  idle_in_transaction_session_timeout: "60s",
  track_activities: "off",
  // What a page costs that is not the next one on the disk: by default four times as much, as on a disk that turns, so that tables of some
  // hundred rows would be read from end to end by each entry.
  random_page_cost: "1.1",
};

/**
 * Creates the roles and sets their flags, memberships and given passwords; safe to repeat and to run from many databases of one
 * cluster at once. `admin` must be connected to the cluster's `postgres` database, whose lock all callers share.
 */
export const ensureRoles = async (admin: Client, passwords: Partial<Record<RoleName, string>>): Promise<void> => {
  await underLock(admin, async () => {
    const { rows } = await admin.query<{ rolname: string }>("select rolname from pg_roles");
    const existing = new Set(rows.map((row) => row.rolname));
    for (const [name, spec] of Object.entries(roles)) {
      if (!existing.has(name)) await admin.query(`create role ${name}`);
      await admin.query(`alter role ${name} ${flagsOf(spec)}`);
    }
    for (const [name, password] of Object.entries(passwords)) {
      await admin.query(`alter role ${name} password '${scramVerifier(password)}'`);
    }
    for (const name of serverRoles) {
      for (const [setting, value] of Object.entries(serverSettings)) {
        await admin.query(`alter role ${name} set ${setting} = '${value}'`);
      }
    }
    // Owner and gate lend their rights to whoever changes the schema, and to nobody else.
    await admin.query("grant severalty_owner, severalty_gate to severalty_migrator");
  });
};

/**
 * Who may connect to this database and create in it. Not part of a template's clone, so it is repeated for each database. Callers of
 * one database must be connected to the same database, whose lock they share.
 */
export const ensureDatabaseGrants = async (admin: Client, database: string): Promise<void> => {
  const name = admin.escapeIdentifier(database);
  await underLock(admin, async () => {
    await admin.query(`revoke all on database ${name} from public`);
    await admin.query(
      `grant connect on database ${name} to severalty_migrator, severalty_app, severalty_auth, severalty_platform, severalty_worker`,
    );
    await admin.query(`grant create on database ${name} to severalty_migrator, severalty_owner`);
  });
};

/**
 * Names of prepared statements are nobody's to list but the gate's, in the database that `admin` is connected to: entering need not look
 * for such as another has put in the place of the driver's.
 */
export const keepStatementNames = (admin: Client): Promise<void> =>
  underLock(admin, async () => {
    await admin.query("revoke execute on function pg_catalog.pg_prepared_statement() from public");
    await admin.query("grant execute on function pg_catalog.pg_prepared_statement() to severalty_gate");
  });

/** One at a time: PostgreSQL answers a second change of the same role or database with "tuple concurrently updated". */
const underLock = async (admin: Client, work: () => Promise<void>): Promise<void> => {
  await admin.query("begin");
  try {
    await admin.query("select pg_advisory_xact_lock(hashtext('severalty/roles'))");
    await work();
    await admin.query("commit");
  } catch (error) {
    await admin.query("rollback");
    throw error;
  }
};

/** What a role may do, as CREATE ROLE and ALTER ROLE take it; every flag is named, so that none keeps what it was. */
export const flagsOf = ({ login, inherit, bypassRls }: RoleSpec) =>
  [
    "nosuperuser nocreatedb nocreaterole noreplication",
    login ? "login" : "nologin",
    inherit ? "inherit" : "noinherit",
    bypassRls ? "bypassrls" : "nobypassrls",
  ].join(" ");

/** SCRAM-SHA-256 verifier (RFC 5803), made here so that no password is ever part of a statement or of the server's log. */
const scramVerifier = (password: string): string => {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${hmac("Server Key").toString("base64")}`;
};
