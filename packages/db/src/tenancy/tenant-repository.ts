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
import { assertVisible } from "./assert-visible.ts";
import { countReferrers } from "./count-referrers.ts";
import { nounOf } from "./noun-of.ts";
import { assertEntered, tenantOf } from "./tenant-filter.ts";

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
  async list<F extends Field<Entity>>(
    fields: readonly F[],
    options: ListOptions<Entity>,
  ): Promise<Page<Pick<Entity, F>>> {
    const { sort = ["id"], direction = "desc" } = options;
    const query = this.query().select([...fields]);
    if (options.where !== undefined) query.andWhere(asCondition(options.where));
    if (options.after !== undefined) query.andWhere(this.#follows(sort, direction, options.after));
    await query.applyFilters();
    query.orderBy(sort.map((field) => ({ [field]: direction }))).limit(options.limit + 1);
    const rows = pick<Pick<Entity, F>>(fields, await query.execute("all"));
    return { rows: rows.slice(0, options.limit), more: rows.length > options.limit };
  }

  /** The row with that id. Throws `NotFoundError`. */
  async byId<F extends Field<Entity>>(id: IdIn<Entity>, fields: readonly F[]): Promise<Pick<Entity, F>> {
    const query = this.query()
      .select([...fields])
      .where({ id });
    await query.applyFilters();
    const [row] = pick<Pick<Entity, F>>(fields, await query.execute("all"));
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
  protected query(): QueryBuilder<Record<string, unknown>, string> {
    return this.em.createQueryBuilder(this.#entity, "row") as unknown as QueryBuilder<Record<string, unknown>, string>;
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
  async create<F extends Field<Entity>>(
    data: Writable<Entity> & { id: IdIn<Entity> },
    now: Date,
    fields: readonly F[],
  ): Promise<Pick<Entity, F>> {
    const { tenantId } = this;
    await assertVisible(this.em, this.meta, data);
    const query = this.query()
      .insert({ ...data, tenantId, createdAt: now, updatedAt: now })
      .returning([...fields]);
    const [row] = pick<Pick<Entity, F>>(fields, await query.execute("all"));
    if (row === undefined) throw new Error(`insert into ${this.noun} returned no row`);
    return row;
  }

  /**
   * Changes the row if it still has that version, and counts the version up. Throws `NotFoundError`, `StaleVersionError` when the row
   * has moved on, or `ReferenceNotFoundError` as `create` does.
   */
  async update<F extends Field<Entity>>(
    id: IdIn<Entity>,
    version: number,
    changes: Writable<Entity>,
    now: Date,
    fields: readonly F[],
  ): Promise<Pick<Entity, F>> {
    const { tenantId } = this;
    await assertVisible(this.em, this.meta, changes);
    const query = this.query()
      .update({ ...changes, updatedAt: now, version: raw("version + 1") })
      .where({ tenantId, id, version })
      .returning([...fields]);
    await query.applyFilters();
    const [row] = pick<Pick<Entity, F>>(fields, await query.execute("all"));
    return row ?? this.#missedVersion(id, version);
  }

  /**
   * Deletes the row; with a version, only if it still has that one. Throws `NotFoundError` and `StaleVersionError` as `update` does, and
   * `InUseError` when other rows refer to it.
   */
  async remove(id: IdIn<Entity>, version?: number): Promise<void> {
    const { tenantId } = this;
    const query = this.query()
      .delete()
      .where({ tenantId, id, ...(version === undefined ? {} : { version }) });
    await query.applyFilters();
    // Counting comes after the failure, in a transaction that has to have survived it.
    await this.em.execute("savepoint removal");
    try {
      const { affectedRows } = await query.execute("run");
      if (affectedRows > 0) return;
    } catch (error) {
      const referrer = referrerOf(error);
      if (referrer === undefined) throw error;
      await this.em.execute("rollback to savepoint removal");
      throw new InUseError(this.noun, await countReferrers(this.em, this.meta, id), referrer, { cause: error });
    }
    if (version === undefined) throw new NotFoundError(this.noun);
    await this.#missedVersion(id, version);
  }

  async #missedVersion(id: IdIn<Entity>, version: number): Promise<never> {
    await this.byId(id, ["id" as Field<Entity>]);
    throw new StaleVersionError(this.noun, version);
  }
}

/** Exactly the fields asked for: the builder adds references whose columns they share. */
const pick = <Row>(fields: readonly (keyof Row & string)[], result: unknown): Row[] =>
  (result as Record<string, unknown>[]).map(
    (row) => Object.fromEntries(fields.map((field) => [field, row[field]])) as Row,
  );

/** Callers' conditions are checked against the entity; the builder takes plain names. */
const asCondition = (where: unknown) => where as Record<string, unknown>;
