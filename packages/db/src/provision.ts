import { type Client, DatabaseError } from "pg";
import { ensureDatabaseGrants, ensureRoles, keepStatementNames, type RoleName } from "./roles.ts";
import { withConnection } from "./with-connection.ts";

/**
 * Prepares a cluster for Severalty: roles, the database named in `adminUrl` (created if absent), and who may connect.
 * Idempotent; `adminUrl` is a superuser's.
 */
export const provision = async (adminUrl: string, passwords: Partial<Record<RoleName, string>>): Promise<void> => {
  const database = databaseOf(adminUrl);
  await asAdmin(withDatabase(adminUrl, "postgres"), async (admin) => {
    await ensureRoles(admin, passwords);
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [database]);
    if (rowCount === 0) await createDatabase(admin, database);
    await ensureDatabaseGrants(admin, database);
  });
  await asAdmin(adminUrl, keepStatementNames);
};

/** Runs `work` on one connection of its own, closed afterwards. */
export const asAdmin = <Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> =>
  withConnection(url, "severalty-provision", work);

/** Two at once: one creates it, the other finds it (42P04 duplicate_database, or 23505 from the catalog's index). */
const createDatabase = async (admin: Client, database: string) => {
  try {
    // Another encoding than that of the usual template needs the one that holds nothing yet.
    const { rows } = await admin.query<{ is: boolean }>("select current_setting('server_encoding') = 'UTF8' as is");
    const encoding = rows[0]?.is === true ? "" : " encoding 'UTF8' template template0";
    await admin.query(`create database ${admin.escapeIdentifier(database)}${encoding}`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !["42P04", "23505"].includes(error.code ?? "")) throw error;
  }
};

const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
};

/** The role would be subject to row-level security, so that foreign keys were validated against no rows. Nothing was changed. */
export class UnfitRoleError extends Error {
  constructor(role: string, lacks: string) {
    super(
      `the role ${role} may not migrate: it lacks ${lacks}. Use severalty_migrator, or set ADMIN_DATABASE_URL once to mend it`,
    );
    this.name = "UnfitRoleError";
  }
}

/** A new database would not hold every character that tenants may write, nor find words by them. Nothing was changed. */
export class UnfitEncodingError extends Error {
  constructor(encoding: string) {
    super(
      `the encoding of the database is ${encoding}, and what tenants write needs UTF8: drop it, and make it anew with ENCODING 'UTF8' TEMPLATE template0`,
    );
    this.name = "UnfitEncodingError";
  }
}

/**
 * Throws `UnfitRoleError` unless the URL's role bypasses row-level security and holds the owner's and the gate's rights, and
 * `UnfitEncodingError` for a new database in another encoding than UTF8.
 */
export const assertMayMigrate = (url: string): Promise<void> =>
  asAdmin(url, async (client) => {
    const { rows } = await client.query<{
      role: string;
      bypasses: boolean;
      owns: boolean;
      isMigrator: boolean;
      isNew: boolean;
      encoding: string;
    }>(
      `select rolname as role, rolbypassrls as bypasses, rolname = 'severalty_migrator' as "isMigrator",
         to_regclass('app.migrations') is null as "isNew", current_setting('server_encoding') as encoding,
         (select count(distinct r.oid) = 2 from pg_auth_members m join pg_roles r on r.oid = m.roleid
          where m.member = me.oid and r.rolname in ('severalty_owner', 'severalty_gate')) as owns
       from pg_roles me where rolname = current_user`,
    );
    const [me] = rows;
    if (me === undefined || !me.isMigrator)
      throw new UnfitRoleError(me?.role ?? "unknown", "the name severalty_migrator");
    if (!me.bypasses) throw new UnfitRoleError(me.role, "BYPASSRLS");
    if (!me.owns) throw new UnfitRoleError(me.role, "membership in severalty_owner and severalty_gate");
    if (me.isNew && me.encoding !== "UTF8") throw new UnfitEncodingError(me.encoding);
  });
