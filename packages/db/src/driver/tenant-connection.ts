import {
  raw,
  type Dictionary,
  type LoggingOptions,
  type RawQueryFragment,
  type SessionContext,
  type Transaction,
} from "@mikro-orm/core";
import { NativeQueryBuilder, PostgreSqlConnection } from "@mikro-orm/postgresql";
import { CompiledQuery, type ControlledTransaction, type Kysely } from "kysely";
import { bind, type BoundStatement } from "./bind.ts";

type Query = string | NativeQueryBuilder | RawQueryFragment;
type Values = readonly unknown[] | Dictionary<unknown>;
type BeginOptions = NonNullable<Parameters<PostgreSqlConnection["begin"]>[0]>;

/** Sends every value bound, never as SQL text, and enters the tenant as the first statement of each transaction. */
export class TenantConnection extends PostgreSqlConnection {
  override async begin(options: BeginOptions = {}): ReturnType<PostgreSqlConnection["begin"]> {
    const { sessionContext, ...rest } = options;
    const transaction = await super.begin(rest);
    if (sessionContext === undefined || options.ctx !== undefined) return transaction;
    try {
      await this.#enter(transaction as Transaction, sessionContext);
      return transaction;
    } catch (error) {
      await transaction.rollback().execute();
      throw error;
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

  #statement(query: Query, values: Values): BoundStatement {
    if (query instanceof NativeQueryBuilder) return this.#statement(query.toRaw(), []);
    if (typeof query !== "string") return bind(query.sql, query.params, this.platform);
    // A plain object holds named parameters, which `raw` turns into positional ones.
    if (!Array.isArray(values)) return this.#statement(raw(query, values as Dictionary<unknown>), []);
    return bind(query, values, this.platform);
  }

  async #enter(transaction: Transaction, { variables = {} }: SessionContext): Promise<void> {
    const credentials = ["session", "user", "tenant", "role", "requestId", "action"].map((name) => variables[name]);
    await this.execute("select app.enter(?, ?, ?, ?, ?, ?)", credentials, "run", transaction);
  }
}
