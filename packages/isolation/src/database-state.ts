import type { Client } from "pg";

/** Which rows are the other tenant's: a condition by table, such as `app.documents`; a table without one has none. */
export type OtherRows = Readonly<Record<string, string>>;

/** What a call did to a database. */
export interface Changes {
  /** Rows that came (`+`) and went (`-`), as JSON. */
  readonly changes: readonly string[];
  /** Tables in which the other tenant's rows were written, moved or locked. */
  readonly otherChanges: readonly string[];
}

interface Table {
  readonly name: string;
  /** Of a partition, the table that it is of. */
  readonly root: string;
  /** The name of its primary key's index. */
  readonly index: string;
  readonly saved: string;
  readonly columns: string;
  /** Whether a row `t` of the table and a row `s` of what was kept have the same primary key. */
  readonly isSame: string;
  readonly other: string;
}

/** A database's rows as they were when it was opened: tells what a call has changed, and puts it back. */
export class DatabaseState {
  readonly #admin: Client;
  readonly #tables: readonly Table[];
  readonly #inOrder: ReadonlySet<string>;
  #places: ReadonlyMap<string, Print> = new Map();
  #takenBack = 0;

  private constructor(admin: Client, tables: readonly Table[], inOrder: ReadonlySet<string>) {
    this.#admin = admin;
    this.#tables = tables;
    this.#inOrder = inOrder;
  }

  /**
   * Keeps the rows of every table of these schemas as they are now. Throws for a table without a primary key. Tables `inOrder` stand in the
   * order of their keys each time: for statements that draw an id for each row, in the order in which they come upon them.
   */
  static async open(
    admin: Client,
    { schemas, other, inOrder = [] }: { schemas: readonly string[]; other: OtherRows; inOrder?: readonly string[] },
  ): Promise<DatabaseState> {
    const tables = await tablesOf(admin, schemas, other);
    await admin.query(`drop schema if exists prove_saved cascade; create schema prove_saved`);
    for (const { name, saved, columns } of tables)
      await admin.query(`create unlogged table ${saved} as select ${columns} from ${name}`);
    const state = new DatabaseState(admin, tables, new Set(inOrder));
    await state.#order(tables);
    state.#places = await state.#print();
    return state;
  }

  /**
   * What transactions from `since` on did, that one included (as `nextTransaction` has it); afterwards everything is as it was. Nothing may
   * write meanwhile.
   */
  async takeBack(since: string): Promise<Changes> {
    const now = await this.#print();
    const isChanged = (side: keyof Print) => (name: string) => now.get(name)?.[side] !== this.#places.get(name)?.[side];
    const changed = this.#tables.filter(({ name }) => isChanged("own")(name));
    const touched = this.#tables.filter(({ name }) => isChanged("other")(name));
    const both = [...new Set([...changed, ...touched])];
    if (both.length === 0) return { changes: [], otherChanges: [] };
    // Transaction ids of rows have 32 bits.
    const xid = BigInt.asUintN(32, BigInt(since)).toString();
    const changes = await this.#delta(changed, xid);
    await this.#restore(both, xid);
    // A row that was only locked has not moved.
    await this.#order(changed.filter(({ name }) => changes.some((line) => line.startsWith(`${name} `, 2))));
    this.#places = new Map([...this.#places, ...(await this.#print(both))]);
    return { changes, otherChanges: [...new Set(touched.map(({ root }) => root))] };
  }

  /** Tables that are not, to the last byte of each row, what they were when it was opened. */
  async faults(): Promise<readonly string[]> {
    const { rows } = await this.#admin.query<{ name: string }>(this.#tables.map(faultOf).join(" union "));
    return rows.map(({ name }) => name);
  }

  async #print(tables = this.#tables): Promise<ReadonlyMap<string, Print>> {
    const text = tables.map(placesOf).join(" union all ");
    const { rows } = await this.#admin.query<Print & { name: string }>(
      tables === this.#tables ? { name: "prove-places", text } : text,
    );
    return new Map(rows.map(({ name, own, other }) => [name, { own, other }]));
  }

  async #delta(tables: readonly Table[], xid: string): Promise<readonly string[]> {
    if (tables.length === 0) return [];
    const text = tables.map((table) => deltaOf(table, xid)).join(" union all ");
    const { rows } = await this.#admin.query<{ line: string }>(`${text} order by 1`);
    return rows.map(({ line }) => line);
  }

  async #order(tables: readonly Table[]): Promise<void> {
    for (const { name, index } of tables)
      if (this.#inOrder.has(name)) await this.#admin.query(`cluster ${name} using ${index}`);
  }

  /** As a replica: neither triggers nor foreign keys have a part in it. */
  async #restore(tables: readonly Table[], xid: string): Promise<void> {
    const statements = tables.flatMap((table) => restoreOf(table, xid));
    this.#takenBack += 1;
    await this.#admin.query(
      ["begin", "set local session_replication_role = replica", ...statements, "commit"].join(";\n"),
    );
    // Whatever was taken back is still there to be read past.
    if (this.#takenBack % 100 === 0) await this.#admin.query(`vacuum ${tables.map(({ name }) => name).join(", ")}`);
  }
}

interface Print {
  readonly own: string;
  readonly other: string;
}

const tablesOf = async (admin: Client, schemas: readonly string[], other: OtherRows): Promise<readonly Table[]> => {
  const { rows } = await admin.query<{
    name: string;
    root: string;
    index: string;
    columns: string;
    key: string[] | null;
  }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
       coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as root,
       (select quote_ident(x.relname) from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid and i.indisprimary) as index,
       string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
       (select array_agg(quote_ident(k.attname)::text) from pg_index i
        join pg_attribute k on k.attrelid = c.oid and k.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where n.nspname = any($1) and c.relkind = 'r' group by 1, c.oid order by 1`,
    [schemas],
  );
  return rows.map(({ name, root, index, columns, key }) => {
    if (key === null) throw new Error(`${name} has no primary key, by which its rows could be put back`);
    return {
      name,
      root,
      index,
      columns,
      saved: `prove_saved."${name.replaceAll('"', "")}"`,
      isSame: key.map((column) => `t.${column} = s.${column}`).join(" and "),
      other: other[name] ?? "false",
    };
  });
};

/** Where rows stand and which transactions wrote or locked them: the same as before means the same rows, untouched. */
const placesOf = ({ name, other }: Table): string =>
  `select '${name}' as name, coalesce(sum(r.place) filter (where not r.other), 0)::text as own,
     coalesce(sum(r.place) filter (where r.other), 0)::text as other
   from (select hashtextextended(concat(ctid, '/', xmin, '/', xmax), 0)::numeric as place, (${other}) as other from ${name}) r`;

const isNew = (xid: string) => `t.xmin::text::bigint >= ${xid}`;

const deltaOf = ({ name, saved, isSame, other }: Table, xid: string): string =>
  `select '+ ${name} ' || to_jsonb(t)::text as line from ${name} t where ${isNew(xid)} and not (${other})
   union all
   select '- ${name} ' || to_jsonb(s)::text from ${saved} s where not (${other})
     and not exists (select from ${name} t where ${isSame} and not ${isNew(xid)})`;

const restoreOf = ({ name, columns, saved, isSame }: Table, xid: string): string[] => [
  `delete from ${name} t where ${isNew(xid)}`,
  `insert into ${name} (${columns}) select ${columns} from ${saved} s where not exists (select from ${name} t where ${isSame})`,
];

const faultOf = ({ name, columns, saved }: Table): string => {
  const rows = (table: string) => `select row(${columns})::text from ${table}`;
  return `select '${name}' as name where exists (${rows(name)} except all ${rows(saved)}) or exists (${rows(saved)} except all ${rows(name)})`;
};
