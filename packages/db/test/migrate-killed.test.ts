import { beforeEach, describe, expect, test } from "vitest";
import { onlyInCi } from "../src/testing/only-in-ci.ts";
import { migrateUp, migrationStates } from "../src/migrate.ts";
import { migrations } from "../src/migrations.ts";
import { schemaFingerprint } from "../src/testing/schema-fingerprint.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { makeMigration } from "./make-migration.ts";
import { openWire, type Verdict } from "../src/testing/wire.ts";

beforeEach(onlyInCi);

const concurrent = makeMigration(
  "9999_concurrent",
  [
    "drop index concurrently if exists app.documents_title_index",
    "create index concurrently documents_title_index on app.documents (tenant_id, title)",
  ],
  { isTransactional: false },
);
const all = [...migrations, concurrent];

/** Where the connection of a migrator breaks: at the `nth` statement that begins so, before it or before its answer. */
interface Point {
  readonly name: string;
  readonly text: string;
  readonly nth: number;
  readonly verdict: Verdict;
}

const points: Point[] = [
  { name: "before it has the lock", text: "select pg_try_advisory_lock", nth: 1, verdict: "cut" },
  { name: "when it has the lock", text: "select to_regclass('app.migrations')", nth: 1, verdict: "cut" },
  { name: "when it makes the record", text: "create table", nth: 1, verdict: "cut" },
  { name: "before the first migration", text: "begin", nth: 1, verdict: "cut" },
  { name: "in the middle of the first", text: "create table app.users", nth: 1, verdict: "cut" },
  { name: "when the first is recorded", text: "insert into app.migrations", nth: 1, verdict: "cut" },
  { name: "before a COMMIT", text: "commit", nth: 1, verdict: "cut" },
  { name: "after a COMMIT whose answer is lost", text: "commit", nth: 1, verdict: "cut the answer" },
  { name: "between two migrations", text: "begin", nth: 2, verdict: "cut" },
  { name: "in the middle of a later one", text: "create table app.documents", nth: 1, verdict: "cut" },
  { name: "before an index is made", text: "create index concurrently", nth: 1, verdict: "cut" },
  { name: "while an index is made", text: "create index concurrently", nth: 1, verdict: "cut the answer" },
  { name: "when an index was made", text: "insert into app.migrations", nth: all.length, verdict: "cut" },
];

describe("a migrator that is cut off leaves a state from which the next goes on", () => {
  test.concurrent.each(points)("$name", async ({ text, nth, verdict }) => {
    await using database = await TestDatabase.create({ migrated: false });
    const url = database.url("severalty_migrator");
    const admin = await database.client();
    await using wire = await openWire(url);
    let seen = 0;
    wire.judge = (sent) => {
      if (!sent.startsWith(text)) return "pass";
      seen += 1;
      return seen === nth ? verdict : "pass";
    };
    await expect(migrateUp(wire.url, { migrations: all })).rejects.toThrow(/terminated|ECONNRESET/);
    expect(seen).toBeGreaterThanOrEqual(nth);
    const done = new Set((await migrationStates(url)).flatMap(({ name, executedAt }) => (executedAt ? [name] : [])));
    const left = all.map(({ name }) => name).filter((name) => !done.has(name));
    expect(await migrateUp(url, { migrations: all })).toEqual(left);
    expect((await admin.query("select name from app.migrations order by id")).rows).toEqual(
      all.map(({ name }) => ({ name })),
    );
    await using whole = await TestDatabase.create({ migrated: false });
    await migrateUp(whole.url("severalty_migrator"), { migrations: all });
    expect(await schemaFingerprint(admin)).toEqual(await schemaFingerprint(await whole.client()));
  });
});
