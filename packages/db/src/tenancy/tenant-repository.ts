import {
  raw,
  type EntityManager,
  type EntityMetadata,
  type EntityName,
  type FilterQuery,
  type QueryBuilder,
} from "@mikro-orm/postgresql";
import { InUseError, NotFoundError, ReferenceNotFoundError, StaleVersionError } from "@severalty/domain/errors";
import type { TenantId } from "@severalty/domain/ids";
import { referrerOf } from "../database-error.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import type { TenantDriver } from "../driver/tenant-driver.ts";
import { assertVisible } from "./assert-visible.ts";
import { partsOf } from "./condition-parts.ts";
import { countReferrers } from "./count-referrers.ts";
import { nounOf } from "./noun-of.ts";
import { assertEntered, tenantOf, type Scope } from "./tenant-filter.ts";
import { Unsent } from "./unsent.ts";

/** Names of an entity's columns, as properties. */
export type Field<Entity> = keyof Entity & string;

/** The id of an entity's rows: an id of another noun, or a bare string, does not compile. */
export type IdIn<Entity> = Entity extends { id: infer Id extends string } ? Id : string;

/** What may be written of a row: whose it is comes from the entity manager, and a tenant does not compile. */
export type Writable<Entity> = Partial<Omit<Entity, "tenantId">> & { readonly tenantId?: never };

export type Direction = "asc" | "desc";

/** Which rows of a list, in which order, from where on, and how many. */
export interface ListOptions<Entity> {
  readonly where?: FilterQuery<Entity>;
  /** Sort columns, unique together within a tenant, of which only the first may be null. Default: id. */
  readonly sort?: readonly Field<Entity>[];
  /** Of all sort columns. Default `desc`: newest (largest) first, after those without a value; `asc` ends with these. */
  readonly direction?: Direction;
  /** Values of the sort columns in the last row of the page before. */
  readonly after?: readonly unknown[] | undefined;
  /** Rows to return, at most. */
  readonly limit: number;
}

/** A condition in SQL, on the alias `row`, with `?` for each value. Its text must be one of few: what differs is a value. */
export interface SqlCondition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Some rows of a list, and whether there are more. */
export interface Page<Row> {
  readonly rows: Row[];
  /** Whether rows follow the last one. */
  readonly more: boolean;
}

/**
 * Reads a tenant's rows, or by a grant for all every tenant's, as plain rows of the fields asked for: no entity is hydrated for what is
 * only sent on. Making one throws `NoTenantError`, before any SQL, unless the entity manager has entered. A row of another tenant is one
 * that never was.
 */
export class ReadRepository<Entity extends object> {
  /** References that lists join, by the name that fields may use for the row referred to. None of them may be null. */
  protected readonly joins: Readonly<Record<string, string>> = {};
  protected readonly noun: string;
  protected readonly em: EntityManager;
  protected readonly meta: EntityMetadata;
  readonly #entity: EntityName<Entity>;

  constructor(em: EntityManager, entity: EntityName<Entity>) {
    this.em = em;
    this.#entity = entity;
    this.meta = em.getMetadata().get<Entity>(entity) as EntityMetadata;
    this.noun = nounOf(this.meta.collection);
    assertEntered(em, `a query of ${this.noun}`);
  }

  protected get tenantId(): TenantId {
    return tenantOf(this.em, `a query of ${this.noun}`);
  }

  /** One page, newest first unless `options` say otherwise. */
  list<F extends Field<Entity>>(fields: readonly F[], options: ListOptions<Entity>): Promise<Page<Pick<Entity, F>>> {
    return this.listAmong(undefined, fields, options);
  }

  /** One page of the rows for which the condition holds too. */
  protected async listAmong<F extends Field<Entity>>(
    among: SqlCondition | undefined,
    fields: readonly F[],
    options: ListOptions<Entity>,
  ): Promise<Page<Pick<Entity, F>>> {
    const { where, sort = ["id"], direction = "desc", after, limit } = options;
    const make = async (
      em: EntityManager,
      follows: readonly unknown[] | undefined,
      condition: unknown,
      amongValues: readonly unknown[],
    ) => {
      const query = this.query(em).select([...fields]);
      for (const [name, reference] of Object.entries(this.joins)) query.innerJoin(`row.${reference}`, name);
      if (condition !== undefined) query.andWhere(asCondition(condition));
      if (follows !== undefined) query.andWhere(this.#follows(sort, direction, follows));
      // oxlint-disable-next-line leaks/sql-is-constant -- a subclass's own text, and values are bound
      if (among !== undefined) query.andWhere(raw(among.sql, [...amongValues]));
      await query.applyFilters();
      return query.orderBy(sort.map((field) => ({ [field]: direction }))).limit(asConstant(count) as never);
    };
    // One row more than asked for tells whether there are more.
    const count = readFor(limit + 1);
    const parts = where === undefined ? { form: "", values: [], withValues: () => undefined } : partsOf(where);
    const rows =
      parts === undefined
        ? await this.#built(fields, await make(this.em, after, where, among?.values ?? []))
        : await this.shaped(
            fields,
            `list ${count} ${fields.join()} ${sort.join()} ${direction} ${after?.length ?? "from the first"} ${parts.form} ${among?.sql ?? ""}`,
            [...(after ?? []), ...parts.values, ...(among?.values ?? [])],
            (em, given) => {
              const [first, second] = [after?.length ?? 0, (after?.length ?? 0) + parts.values.length];
              const condition = parts.withValues(given.slice(first, second));
              return make(em, after && given.slice(0, first), condition, given.slice(second));
            },
          );
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  /** The row with that id. Throws `NotFoundError`. */
  async byId<F extends Field<Entity>>(id: IdIn<Entity>, fields: readonly F[]): Promise<Pick<Entity, F>> {
    const [row] = await this.shaped(fields, `byId ${fields.join()}`, [id], async (em, [which]) => {
      const query = this.query(em)
        .select([...fields])
        .where({ id: which });
      await query.applyFilters();
      return query;
    });
    if (row === undefined) throw new NotFoundError(this.noun);
    return row;
  }

  /** The row that a row of another noun is to refer to. Throws what writing that reference would throw. */
  async referred<F extends Field<Entity>>(
    id: IdIn<Entity>,
    noun: string,
    fields: readonly F[],
  ): Promise<Pick<Entity, F>> {
    try {
      return await this.byId(id, fields);
    } catch (error) {
      if (error instanceof NotFoundError) throw new ReferenceNotFoundError(noun, { cause: error });
      throw error;
    }
  }

  /** What the database says of a field's column: its type, such as `text` or `timestamptz(3)`, and whether it may be null. */
  column(field: string): { type: string; isNullable: boolean } {
    const property = this.em
      .getMetadata()
      .get<Entity>(this.#entity)
      .props.find(({ name }) => name === field);
    return { type: property?.columnTypes[0] ?? "", isNullable: property?.nullable === true };
  }

  /** Fields are checked where they come in; here the builder takes them as plain names. */
  protected query(em = this.em): PlainQuery {
    return em.createQueryBuilder(this.#entity, "row") as unknown as PlainQuery;
  }

  async #built<F extends Field<Entity>>(fields: readonly F[], query: PlainQuery): Promise<Pick<Entity, F>[]> {
    return pick<Pick<Entity, F>>(fields, await query.execute("all"));
  }

  /** What a query of these values returns, whose text is made once for all that differ in their values alone. */
  protected async shaped<F extends Field<Entity>>(
    fields: readonly F[],
    key: string,
    values: readonly unknown[],
    make: (em: EntityManager, values: readonly unknown[]) => PlainQuery | Promise<PlainQuery>,
  ): Promise<Pick<Entity, F>[]> {
    const transaction = transactionIn(this.em);
    if (transaction === undefined) return this.#built(fields, await make(this.em, values));
    const scope = this.em.getFilterParams<Scope>("tenant") ?? {};
    // oxlint-disable-next-line leaks/no-raw-connection -- its texts and its reading of rows alone: what is asked goes by the transaction
    const driver = this.em.getDriver() as unknown as TenantDriver;
    const statement = await driver.shapes.statement(
      `${this.meta.className} ${key}`,
      [scope.tenantId, ...values],
      async ([tenantId, ...others]) => {
        if (tenantId === scope.tenantId) return (await make(this.em, others)).toQuery();
        const probe = this.em.fork();
        // oxlint-disable-next-line leaks/filters-stay-on -- nothing is asked: it finds out where a tenant's id stands in the text
        probe.setFilterParams("tenant", { tenantId });
        return (await make(probe, others)).toQuery();
      },
    );
    const { rows } = await transaction.execute(statement);
    return pick<Pick<Entity, F>>(
      fields,
      rows.map((row) => driver.mapResult<object>(row as never, this.meta as never)),
    );
  }

  /**
   * Rows after the one with those values. Row-value comparison, (a, b) < (?, ?), which one index scan answers, is true for no null: those
   * come where PostgreSQL's indexes have them, last in ascending order and first in descending.
   */
  #follows(sort: readonly string[], direction: Direction, values: readonly unknown[]) {
    const columns = sort.map((field) => `"row"."${this.em.config.getNamingStrategy().propertyToColumnName(field)}"`);
    const [first, ...rest] = columns;
    const compare = (left: readonly string[]) =>
      `(${left.join(", ")}) ${direction === "asc" ? ">" : "<"} (${left.map(() => "?").join(", ")})`;
    if (values[0] === null) {
      const amongNulls = `${first} is null and ${compare(rest)}`;
      const sql = direction === "asc" ? amongNulls : `(${amongNulls} or ${first} is not null)`;
      // oxlint-disable-next-line leaks/sql-is-constant -- columns are names out of the entity's metadata, and values are bound
      return raw(sql, values.slice(1));
    }
    const isLast = direction === "asc" && sort[0] !== undefined && this.column(sort[0]).isNullable;
    // oxlint-disable-next-line leaks/sql-is-constant -- columns are names out of the entity's metadata, and values are bound
    return raw(isLast ? `(${compare(columns)} or ${first} is null)` : compare(columns), [...values]);
  }
}

/** Reads and writes a tenant's rows that carry a `version`. */
export class TenantRepository<Entity extends object> extends ReadRepository<Entity> {
  /**
   * Inserts a row of the entered tenant, with version 1 and both timestamps now, and returns the fields asked for. Throws
   * `ReferenceNotFoundError` when it refers to what the caller does not see.
   */
  create<F extends Field<Entity>>(
    data: Writable<Entity> & { id: IdIn<Entity> },
    now: Date,
    fields: readonly F[],
  ): Unsent<Pick<Entity, F>> {
    const { tenantId } = this;
    return new Unsent(this.em, async (last) => {
      await assertVisible(this.em, this.meta, data);
      const [names, values] = columnsOf({ ...data, tenantId, createdAt: now, updatedAt: now });
      last();
      const [row] = await this.shaped(fields, `create ${names.join()} ${fields.join()}`, values, (em, given) =>
        this.query(em)
          .insert(rowOf(names, given))
          .returning([...fields]),
      );
      if (row === undefined) throw new Error(`insert into ${this.noun} returned no row`);
      return row;
    });
  }

  /**
   * Changes the row if it still has that version, and counts the version up. Throws `NotFoundError`, `StaleVersionError` when the row
   * has moved on, or `ReferenceNotFoundError` as `create` does.
   */
  update<F extends Field<Entity>>(
    id: IdIn<Entity>,
    version: number,
    changes: Writable<Entity>,
    now: Date,
    fields: readonly F[],
  ): Unsent<Pick<Entity, F>> {
    const { tenantId } = this;
    return new Unsent(this.em, async (last) => {
      await assertVisible(this.em, this.meta, changes);
      const [names, values] = columnsOf({ ...changes, updatedAt: now });
      const make = async (em: EntityManager, [which, seen, of, ...given]: readonly unknown[]) => {
        const query = this.query(em)
          .update({ ...rowOf(names, given), version: raw("version + 1") })
          .where({ tenantId: of, id: which, version: seen })
          .returning([...fields]);
        await query.applyFilters();
        return query;
      };
      last();
      const key = `update ${names.join()} ${fields.join()}`;
      const [row] = await this.shaped(fields, key, [id, version, tenantId, ...values], make);
      return row ?? this.#missedVersion(id, version);
    });
  }

  /**
   * Deletes the row; with a version, only if it still has that one. Answers its id. Throws `NotFoundError` and `StaleVersionError` as `update` does, and
   * `InUseError` when other rows refer to it, after which the transaction can only be rolled back.
   */
  remove(id: IdIn<Entity>, version?: number): Unsent<{ id: IdIn<Entity> }> {
    const { tenantId } = this;
    return new Unsent(this.em, async (last) => {
      const query = this.query()
        .delete()
        .where({ tenantId, id, ...(version === undefined ? {} : { version }) });
      await query.applyFilters();
      last();
      try {
        const { affectedRows } = await query.execute("run");
        if (affectedRows > 0) return { id };
      } catch (error) {
        const referrer = referrerOf(error);
        if (referrer === undefined) throw error;
        // Counting comes after the failure, which has ended the transaction.
        await transactionIn(this.em)?.undo();
        throw new InUseError(this.noun, await countReferrers(this.em, this.meta, id), referrer, { cause: error });
      }
      if (version === undefined) throw new NotFoundError(this.noun);
      return this.#missedVersion(id, version);
    });
  }

  async #missedVersion(id: IdIn<Entity>, version: number): Promise<never> {
    await this.byId(id, ["id" as Field<Entity>]);
    throw new StaleVersionError(this.noun, version);
  }
}

const columnsOf = (row: object): [names: readonly string[], values: readonly unknown[]] => [
  Object.keys(row),
  Object.values(row),
];

const rowOf = (names: readonly string[], values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name, at) => [name, values[at]]));

/** Rows that a list asks for, most often: those of the pages that callers want, and one. */
const readMostly = [2, 11, 21, 51, 101] as const;

/** So many rows are read for a list of so many: of all there are, some thirty numbers. */
const readFor = (rows: number): number => readMostly.find((size) => size >= rows) ?? 2 ** Math.ceil(Math.log2(rows));

/**
 * Of a bound limit PostgreSQL knows nothing and supposes a tenth of all rows, so that a plan for any value looks worse than one for this value,
 * and each execution is planned anew (plancache.c, `choose_custom_plan`): 0.2 ms of 0.3 for a list of documents.
 */
const asConstant = (count: number) =>
  // oxlint-disable-next-line leaks/sql-is-constant -- one of the numbers above, which no caller writes
  raw(`${count}`);

/** A query whose fields are plain names. */
type PlainQuery = QueryBuilder<Record<string, unknown>, string>;

/** Exactly the fields asked for: the builder adds references whose columns they share. */
const pick = <Row>(fields: readonly (keyof Row & string)[], result: unknown): Row[] =>
  (result as Record<string, unknown>[]).map((row) => {
    const picked: Record<string, unknown> = {};
    for (const field of fields) picked[field] = row[field];
    return picked as Row;
  });

/** Callers' conditions are checked against the entity; the builder takes plain names. */
const asCondition = (where: unknown) => where as Record<string, unknown>;
