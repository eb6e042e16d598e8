import { MikroORM, type EntityManagerType, type EntitySchema, type PostgreSqlDriver } from "@mikro-orm/postgresql";
import type { Pool } from "pg";
import { entities } from "./entities.ts";
import { OneStatementClient } from "./driver/one-statement-client.ts";
import { createPrefixes } from "./driver/prepared-statements.ts";
import { TenantDriver } from "./driver/tenant-driver.ts";

export type { Pool } from "pg";
export type Orm = MikroORM;
export type { EntityManager, FilterQuery } from "@mikro-orm/postgresql";

/** Whom to connect as, and how. */
export interface OrmOptions {
  /** Connection URL, role and password included. */
  readonly url: string;
  /** What the role works with, with what they refer to: default all. Fewer start sooner. */
  readonly entities?: readonly EntitySchema[];
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections kept open; opened by `warmPool`. Default 2. */
  readonly poolMin?: number;
  /** Most connections at once. Default 10. */
  readonly poolMax?: number;
  /**
   * Whether statements are prepared once a connection and kept. Default true; false behind a pooler that lends a connection of the server's to
   * many clients, such as PgBouncer in transaction mode.
   */
  readonly preparesStatements?: boolean;
  /** Longest that a connection may be silent while it owes an answer, in milliseconds. Default 45 seconds, beyond the roles' `statement_timeout`. */
  readonly answerWithinMs?: number;
  /** Receives warnings such as a dropped connection; never values of a statement. */
  readonly warn?: (message: string) => void;
}

/** Longest wait for a connection, in milliseconds: to open one, or for the pool to have one free. */
export const connectTimeoutMs = 5_000;

/** The entity manager factory of one database role. Connects with the first statement, not here. */
export const createOrm = (options: OrmOptions): Promise<Orm> =>
  MikroORM.init<PostgreSqlDriver, PostgreSqlDriver[typeof EntityManagerType]>({
    driver: TenantDriver,
    clientUrl: options.url,
    entities: [...(options.entities ?? entities)],
    autoJoinRefsForFilters: false,
    // A database that is missing is a fault of the settings, never something to create.
    ensureDatabase: false,
    discovery: { checkDuplicateTableNames: true, warnWhenNoEntities: false },
    pool: { min: options.poolMin ?? 2, max: options.poolMax ?? 10 },
    driverOptions: {
      Client: OneStatementClient,
      statementPrefix: options.preparesStatements === false ? undefined : createPrefixes(),
      application_name: options.applicationName,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      answerWithinMs: options.answerWithinMs ?? 45_000,
    },
    logger: options.warn ?? (() => undefined),
    colors: false,
  });

/** The pool of pg connections behind the factory. */
// oxlint-disable-next-line leaks/no-raw-connection -- the rate limiter needs the pool of the sign-in role, which reaches no tenant
export const poolOf = (orm: Orm): Promise<Pool> => orm.em.getConnection().getNativeClient();

/** Opens the pool's minimum of connections at once (pg-pool opens none by itself) and proves that each answers. */
export const warmPool = async (orm: Orm): Promise<void> => {
  const { min = 0 } = orm.config.get("pool");
  await Promise.all(Array.from({ length: min }, () => orm.em.fork().execute("select 1")));
};
