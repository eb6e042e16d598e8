import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, escapeIdentifier } from "pg";
import { withDatabase } from "./url.ts";
import { withClient } from "./with-client.ts";

/** A database of one's own. */
export interface Clone extends AsyncDisposable {
  readonly url: string;
  readonly name: string;
  /** Removes it, connections included. May be called again. */
  drop(): Promise<void>;
}

/** CREATE DATABASE takes STRATEGY from this version on (PostgreSQL 15 release notes), as `server_version_num`. */
const STRATEGY_SINCE = 150_000;

/**
 * The name of the template database for `hash` (which names the schema: lower-case letters, digits, `_`, at most 40),
 * built at most once per server however many ask at the same time, in this process or others. A template that was left
 * half-built is dropped and built again; when `build` throws, nothing stays. `build` must leave no connection open.
 */
export const ensureTemplate = async (
  adminUrl: string,
  hash: string,
  build: (databaseUrl: string) => Promise<void>,
): Promise<string> => {
  if (!/^[a-z0-9_]{1,40}$/.test(hash)) {
    throw new Error(`template hash must be 1 to 40 of a-z, 0-9 and _, got ${JSON.stringify(hash)}`);
  }
  const name = `template_${hash}`;
  await withClient(adminUrl, async (client) => {
    await lock(client, name);
    if (await isTemplate(client, name)) return;
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name} template template0`);
    try {
      await build(withDatabase(adminUrl, name));
      await client.query(`alter database ${name} with is_template true allow_connections false`);
    } catch (error) {
      await client.query(`drop database if exists ${name} with (force)`);
      throw error;
    }
  });
  return name;
};

/**
 * A copy of a template under a random name. Copies share nothing with the template or each other. `prepare` runs on the connection that
 * made it, for what a copy does not take over.
 */
export const cloneDatabase = async (
  adminUrl: string,
  template: string,
  prepare: (admin: Client, name: string) => Promise<void> = () => Promise.resolve(),
): Promise<Clone> => {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await withClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    const strategy = (rows[0]?.version ?? 0) >= STRATEGY_SINCE ? "strategy file_copy" : "";
    await client.query(`create database ${name} template ${escapeIdentifier(template)} ${strategy}`);
    await prepare(client, name);
  });
  const drop = async () => {
    await withClient(adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { url: withDatabase(adminUrl, name), name, drop, [Symbol.asyncDispose]: drop };
};

/** Asks again and again: a session that waits for a lock holds a snapshot, which CREATE INDEX CONCURRENTLY waits for. */
const lock = async (client: Client, name: string) => {
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(
      "select pg_try_advisory_lock(hashtextextended($1, 0)) as held",
      [name],
    );
    if (rows[0]?.held === true) return;
    await sleep(50);
  }
};

const isTemplate = async (client: Client, name: string) => {
  const { rowCount } = await client.query("select from pg_database where datname = $1 and datistemplate", [name]);
  return rowCount === 1;
};
