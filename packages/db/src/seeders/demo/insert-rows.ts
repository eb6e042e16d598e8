import type { Client } from "pg";

/** Values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows of one table, with the same columns each. */
export interface Batch {
  readonly table: string;
  readonly rows: readonly Row[];
}

/** Inserts the rows with one statement; `onConflict` is the end of that statement. */
export const insertRows = async (client: Client, { table, rows }: Batch, onConflict = ""): Promise<void> => {
  const columns = Object.keys(rows[0] ?? {}).join(", ");
  if (columns === "") return;
  await client.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1) ${onConflict}`,
    [JSON.stringify(rows)],
  );
};
