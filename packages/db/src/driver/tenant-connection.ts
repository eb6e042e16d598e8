import {
  raw,
  type Dictionary,
  type LoggingOptions,
  type RawQueryFragment,
  type SessionContext,
  type Transaction,
} from "@mikro-orm/core";
import type { ApiKeyId, TenantId, UserId } from "@severalty/domain/ids";
import type { Permission } from "@severalty/domain/permission";
import { NativeQueryBuilder, PostgreSqlConnection } from "@mikro-orm/postgresql";
import { CompiledQuery, type ControlledTransaction, type Kysely } from "kysely";
import { sqlStateOf } from "../database-error.ts";
import { bind, type BoundStatement } from "./bind.ts";
import { discard } from "./tenant-client.ts";

type Query = string | NativeQueryBuilder | RawQueryFragment;
type Values = readonly unknown[] | Dictionary<unknown>;
type BeginOptions = NonNullable<Parameters<PostgreSqlConnection["begin"]>[0]>;

/** What `app.enter_key` tells of a key. */
export interface EnteredKey {
  readonly tenant: TenantId;
  readonly key: ApiKeyId;
  /** The user who made it. */
  readonly maker: UserId;
  readonly permissions: Permission[];
  /** Whether its last use was noted an hour ago or earlier. */
  readonly isIdle: boolean;
}

const enteredKeys = new WeakMap<object, EnteredKey>();

/** The key that a transaction was entered with. Throws for one that a session, or nobody, has entered. */
export const enteredKeyOf = (transaction: object | undefined): EnteredKey => {
  const entered = transaction === undefined ? undefined : enteredKeys.get(transaction);
  if (entered === undefined) throw new Error("no API key has entered this transaction");
  return entered;
};

/** What a caller may meet while he enters, through no fault of the connection: see `database-error.ts`. */
const refusals = new Set(["SV001", "SV002", "SV003", "SVK01", "SVP01", "SVT01"]);

/** What a connection says that carries what another has left in it, and that cannot be reset. */
const unclean = "SV005";

const tasksTenants = new WeakMap<object, TenantId>();

/** The tenant that a transaction was entered in for a task. Throws for one that was entered otherwise, or by nobody. */
export const tasksTenantOf = (transaction: object | undefined): TenantId => {
  const tenant = transaction === undefined ? undefined : tasksTenants.get(transaction);
  if (tenant === undefined) throw new Error("no task has entered this transaction");
  return tenant;
};

const grantedTenants = new WeakMap<object, TenantId | null>();

/** The tenant that a transaction was entered for by a grant; null for every one. Throws for one that was entered otherwise, or by nobody. */
export const grantedTenantOf = (transaction: object | undefined): TenantId | null => {
  const granted = transaction === undefined ? undefined : grantedTenants.get(transaction);
  if (granted === undefined) throw new Error("no grant has entered this transaction");
  return granted;
};

/** Sends every value bound, never as SQL text, and enters the tenant as the first statement of each transaction. */
export class TenantConnection extends PostgreSqlConnection {
  /** A connection on which entering fails is destroyed, unless the caller was refused; one that is not clean is replaced unnoticed. */
  override async begin(options: BeginOptions = {}): ReturnType<PostgreSqlConnection["begin"]> {
    const { sessionContext, ...rest } = options;
    if (sessionContext === undefined || options.ctx !== undefined) return super.begin(rest);
    for (let replacements = this.#poolMax; ; replacements--) {
      const transaction = await super.begin(rest);
      try {
        await this.#enter(transaction as Transaction<object>, sessionContext);
        return transaction;
      } catch (error) {
        const code = sqlStateOf(error);
        if (code === undefined || !refusals.has(code)) await this.execute(discard, [], "run", transaction);
        await transaction.rollback().execute();
        if (code !== unclean || replacements === 0) throw error;
      }
    }
  }

  override async execute<T>(
    query: Query,
    values: Values = [],
    method: "all" | "get" | "run" = "all",
    transaction?: Transaction,
    context?: LoggingOptions,
  ): Promise<T> {
    await this.ensureConnection();
    const statement = this.#statement(query, values);
    return this.executeQuery(
      statement.sql,
      async () => {
        const executor = (transaction as ControlledTransaction<unknown> | undefined) ?? this.getClient<unknown>();
        const result = await executor.executeQuery(CompiledQuery.raw(statement.sql, statement.parameters));
        return this.transformRawResult<T>(result, method);
      },
      { ...context },
    );
  }

  override async *stream<T>(
    query: Query,
    values: Values = [],
    transaction?: Transaction<Kysely<unknown>>,
    context?: LoggingOptions,
    chunkSize = 100,
  ): AsyncIterableIterator<T> {
    await this.ensureConnection();
    const statement = this.#statement(query, values);
    this.logQuery(statement.sql, { ...context });
    const executor = (transaction ?? this.getClient<unknown>()).getExecutor();
    const compiled = CompiledQuery.raw(statement.sql, statement.parameters);
    for await (const chunk of executor.stream<T>(compiled, chunkSize))
      yield* this.transformRawResult<T[]>(chunk, "all");
  }

  get #poolMax(): number {
    return this.config.get("pool").max ?? 10;
  }

  #statement(query: Query, values: Values): BoundStatement {
    if (query instanceof NativeQueryBuilder) return this.#statement(query.toRaw(), []);
    if (typeof query !== "string") return bind(query.sql, query.params, this.platform);
    // A plain object holds named parameters, which `raw` turns into positional ones.
    if (!Array.isArray(values)) return this.#statement(raw(query, values as Dictionary<unknown>), []);
    return bind(query, values, this.platform);
  }

  async #enter(transaction: Transaction<object>, { variables = {} }: SessionContext): Promise<void> {
    const values = (...names: string[]) => names.map((name) => variables[name]);
    if (variables["grantId"] !== undefined) {
      const { tenantId } = await this.execute<{ tenantId: TenantId | null }>(
        `select app.enter_platform(?, ?, ?, nullif(?, '')::uuid, ?, ?, ?) as "tenantId"`,
        values("session", "user", "grantId", "about", "requestId", "action", "note"),
        "get",
        transaction,
      );
      grantedTenants.set(transaction, tenantId);
      return;
    }
    if (variables["taskId"] !== undefined) {
      const { tenantId } = await this.execute<{ tenantId: TenantId }>(
        `select app.enter_task(?, ?, ?, ?) as "tenantId"`,
        values("taskId", "leaseToken", "requestId", "action"),
        "get",
        transaction,
      );
      tasksTenants.set(transaction, tenantId);
      return;
    }
    if (variables["keyHash"] === undefined) {
      const credentials = values("session", "user", "tenant", "role", "requestId", "action");
      await this.execute("select app.enter(?, ?, ?, ?, ?, ?)", credentials, "run", transaction);
      return;
    }
    const entered = await this.execute<EnteredKey>(
      "select tenant, key, maker, permissions, is_idle as \"isIdle\" from app.enter_key(decode(?, 'hex'), ?, ?)",
      values("keyHash", "requestId", "action"),
      "get",
      transaction,
    );
    enteredKeys.set(transaction, entered);
  }
}
