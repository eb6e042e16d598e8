import { EventType, raw, type Dictionary, type LoggingOptions, type RawQueryFragment } from "@mikro-orm/core";
import { NativeQueryBuilder, PostgreSqlConnection } from "@mikro-orm/postgresql";
import { CompiledQuery, type Kysely } from "kysely";
import { bind, type BoundStatement } from "./bind.ts";
import { entryOf } from "./entry.ts";
import type { OneStatementClient } from "./one-statement-client.ts";
import { SharedReads } from "./shared-reads.ts";
import { TenantTransaction, type Savepoint } from "./tenant-transaction.ts";

type Query = string | NativeQueryBuilder | RawQueryFragment;
type Values = readonly unknown[] | Dictionary<unknown>;
type BeginOptions = NonNullable<Parameters<PostgreSqlConnection["begin"]>[0]>;
type KyselysTransaction = Parameters<PostgreSqlConnection["commit"]>[0];
type Broadcaster = BeginOptions["eventBroadcaster"];

/**
 * Sends every value bound, never as SQL text. A transaction of an entity manager with a session is a `TenantTransaction`; any other is
 * Kysely's, and enters nothing.
 */
export class TenantConnection extends PostgreSqlConnection {
  // The pool makes its clients of the class that the driver's options name.
  // oxlint-disable-next-line leaks/no-raw-connection -- this is where a connection enters a tenant
  readonly #connect = async () => (await (await this.getNativeClient()).connect()) as unknown as OneStatementClient;
  readonly #reads = new SharedReads(this.#connect);

  /** Only who comes by a key, a lease or a grant is let in here: what he may do has to be known. A user's first statement lets him in. */
  override async begin(options: BeginOptions = {}): ReturnType<PostgreSqlConnection["begin"]> {
    const { sessionContext, ...rest } = options;
    if (isOurs(options.ctx)) return asKyselys(await this.#beginInside(options.ctx));
    if (sessionContext === undefined || options.ctx !== undefined) return super.begin(rest);
    await options.eventBroadcaster?.dispatchEvent(EventType.beforeTransactionStart);
    const entry = entryOf(sessionContext);
    const transaction = new TenantTransaction(this.#connections(), entry, rest);
    if (entry.kind !== "user") await transaction.enter();
    await options.eventBroadcaster?.dispatchEvent(EventType.afterTransactionStart, asKyselys(transaction));
    return asKyselys(transaction);
  }

  override async commit(ctx: object, events?: Broadcaster, context?: LoggingOptions) {
    if (!isOurs(ctx)) return super.commit(ctx as KyselysTransaction, events, context);
    await events?.dispatchEvent(EventType.beforeTransactionCommit, asKyselys(ctx));
    if (ctx instanceof TenantTransaction) await ctx.commit();
    else await ctx.transaction.execute({ sql: `release savepoint ${ctx.name}`, parameters: [] });
    await events?.dispatchEvent(EventType.afterTransactionCommit, asKyselys(ctx));
  }

  override async rollback(ctx: object, events?: Broadcaster, context?: LoggingOptions) {
    if (!isOurs(ctx)) return super.rollback(ctx as KyselysTransaction, events, context);
    await events?.dispatchEvent(EventType.beforeTransactionRollback, asKyselys(ctx));
    if (ctx instanceof TenantTransaction) await ctx.rollback();
    else await ctx.transaction.execute({ sql: `rollback to savepoint ${ctx.name}`, parameters: [] });
    await events?.dispatchEvent(EventType.afterTransactionRollback, asKyselys(ctx));
  }

  override async execute<T>(
    query: Query,
    values: Values = [],
    method: "all" | "get" | "run" = "all",
    transaction?: object,
    context?: LoggingOptions,
  ): Promise<T> {
    const statement = this.#statement(query, values);
    return this.executeQuery(
      statement.sql,
      async () => this.transformRawResult<T>(await this.#answer(statement, transaction), method),
      { ...context },
    );
  }

  override async *stream<T>(
    query: Query,
    values: Values = [],
    transaction?: Kysely<unknown>,
    context?: LoggingOptions,
    chunkSize = 100,
  ): AsyncIterableIterator<T> {
    const statement = this.#statement(query, values);
    this.logQuery(statement.sql, { ...context });
    const own = transactionOf(transaction);
    if (own !== undefined) {
      for await (const rows of own.stream(statement, chunkSize)) yield* rows as T[];
      return;
    }
    const executor = (transaction ?? this.getClient<unknown>()).getExecutor();
    for await (const chunk of executor.stream<T>(compiled(statement), chunkSize))
      yield* this.transformRawResult<T[]>(chunk, "all");
  }

  #connections() {
    return { connect: this.#connect, reads: this.#reads, max: this.config.get("pool").max ?? 10 };
  }

  async #beginInside(outer: TenantTransaction | Savepoint): Promise<Savepoint> {
    const depth = outer instanceof TenantTransaction ? 1 : outer.depth + 1;
    const transaction = outer instanceof TenantTransaction ? outer : outer.transaction;
    const name = `inner_${depth}`;
    await transaction.execute({ sql: `savepoint ${name}`, parameters: [] });
    return { transaction, name, depth };
  }

  #answer(statement: BoundStatement, transaction: object | undefined): Promise<{ rows: unknown[] }> {
    const own = transactionOf(transaction);
    if (own !== undefined) return own.execute(statement);
    const executor = (transaction as KyselysTransaction | undefined) ?? this.getClient<unknown>();
    return executor.executeQuery(compiled(statement));
  }

  #statement(query: Query, values: Values): BoundStatement {
    if (query instanceof NativeQueryBuilder) return this.#statement(query.toRaw(), []);
    if (typeof query !== "string") return bind(query.sql, query.params, this.platform);
    // A plain object holds named parameters, which `raw` turns into positional ones.
    if (!Array.isArray(values)) return this.#statement(raw(query, values as Dictionary<unknown>), []);
    return bind(query, values, this.platform);
  }
}

const compiled = ({ sql, parameters }: BoundStatement) => CompiledQuery.raw(sql, [...parameters]);

/** The transaction that an entity manager with a session is in; undefined for any other. */
export const transactionIn = (em: { getTransactionContext(): object | undefined }): TenantTransaction | undefined =>
  transactionOf(em.getTransactionContext());

const transactionOf = (context: object | undefined): TenantTransaction | undefined => {
  if (!isOurs(context)) return undefined;
  return context instanceof TenantTransaction ? context : context.transaction;
};

const isOurs = (context: object | undefined): context is TenantTransaction | Savepoint =>
  context instanceof TenantTransaction ||
  (context !== undefined && "transaction" in context && context.transaction instanceof TenantTransaction);

/** MikroORM hands a transaction back to this connection alone, which knows its own. */
const asKyselys = (context: TenantTransaction | Savepoint) => context as unknown as KyselysTransaction;
