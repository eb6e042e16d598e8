import { Client, Query, type DatabaseError, type QueryResult } from "pg";
import type { UserPrincipal } from "../../src/tenancy/principal.ts";
import { enter } from "../../src/testing/enter.ts";

export type Row = Record<string, unknown>;

/** A connection that an attacker has to himself. */
export class Session implements AsyncDisposable {
  readonly client: Client;
  /** Notices and notifications that arrived. */
  readonly heard: string[] = [];

  private constructor(client: Client) {
    this.client = client;
    client.on("notification", ({ channel, payload }) => this.heard.push(`${channel}: ${payload ?? ""}`));
    client.on("notice", ({ message }) => this.heard.push(message ?? ""));
    // Told to whoever runs a statement next.
    client.on("error", () => undefined);
  }

  static async open(url: string): Promise<Session> {
    const session = new Session(new Client({ connectionString: url }));
    await session.client.connect();
    return session;
  }

  /** The rows of every statement in the text; without values one simple message, which may hold many. */
  async run(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    const results = (await this.client.query<Row>(sql, values && [...values])) as QueryResult<Row> | QueryResult<Row>[];
    return [results].flat().flatMap(({ rows }) => rows);
  }

  /** One transaction inside a tenant, committed. */
  async inside(principal: UserPrincipal, ...statements: readonly string[]): Promise<Row[]> {
    await this.run("begin");
    try {
      await enter(this.client, principal);
      const found: Row[] = [];
      for (const sql of statements) found.push(...(await this.run(sql)));
      await this.run("commit");
      return found;
    } catch (error) {
      await this.run("rollback").catch(() => undefined);
      throw error;
    }
  }

  /** What a statement answers, refusals included: two that answer alike cannot be told apart. Leaves the transaction as it was. */
  async answer(sql: string, values?: readonly unknown[]): Promise<string> {
    await this.run("savepoint answer");
    try {
      const { rows, rowCount } = await this.client.query<Row>(sql, values && [...values]);
      return JSON.stringify({ rows, rowCount });
    } catch (error) {
      if (!isServerError(error)) throw error;
      return JSON.stringify(tellingsOf(error));
    } finally {
      await this.run("rollback to savepoint answer");
    }
  }

  /** Whether a statement is told apart by what it names: an id of the victim's, and one that never was. */
  async tellsApart(theirs: string, ghost: string, sqlOf: (id: string) => string): Promise<true | string> {
    const about = async (id: string) => (await this.answer(sqlOf(id))).replaceAll(id, "the id");
    const [known, never] = [await about(theirs), await about(ghost)];
    return known === never ? `both: ${never.slice(0, 200)}` : true;
  }

  /** COPY … TO STDOUT: what comes out. */
  async copyOut(sql: string): Promise<string> {
    const chunks: Buffer[] = [];
    const keep = ({ chunk }: { chunk: Buffer }) => chunks.push(chunk);
    const { connection } = this.client as unknown as { connection: NodeJS.EventEmitter };
    connection.on("copyData", keep);
    try {
      await this.run(sql);
    } finally {
      connection.off("copyData", keep);
    }
    return Buffer.concat(chunks).toString();
  }

  /** COPY … FROM STDIN of one text. */
  copyIn(sql: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const query = new Query(sql, [], (error: Error | undefined) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
      Object.assign(query, {
        handleCopyInResponse: (connection: { sendCopyFromChunk: (chunk: Buffer) => void; endCopyFrom: () => void }) => {
          connection.sendCopyFromChunk(Buffer.from(text));
          connection.endCopyFrom();
        },
      });
      this.client.query(query);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** Everything that an error of the server tells. */
export const tellingsOf = (error: DatabaseError): (string | undefined)[] => [
  error.code,
  error.message,
  error.detail,
  error.hint,
  error.where,
  error.schema,
  error.table,
  error.column,
  error.constraint,
];

/** Also one that the ORM has wrapped, with all that the server told. */
export const isServerError = (error: unknown): error is DatabaseError =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code);
