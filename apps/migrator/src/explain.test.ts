import {
  LockHeldError,
  LockLostError,
  MigrationFailedError,
  PartitionsFailedError,
  RecordFailedError,
} from "@severalty/db/migration/errors";
import { expect, test } from "vitest";
import { explain } from "./explain.ts";

const failed = (code: string) =>
  new MigrationFailedError({
    name: "0001_one",
    direction: "up",
    statements: ["select 1"],
    at: 0,
    isTransactional: true,
    ran: [],
    cause: Object.assign(new Error("no"), { code }),
  });

const noneDone = { made: [] };

test.each([
  ["a lock on a table that was not had", failed("55P03"), 8],
  ["a lock of another migrator", new LockHeldError(60_000), 8],
  ["a lock that was lost", new LockLostError([], new Error("no")), 8],
  ["any other failure of a migration", failed("42P07"), 7],
  ["a lock on the record", new RecordFailedError(Object.assign(new Error("no"), { code: "55P03" })), 8],
  ["a record that is refused", new RecordFailedError(new Error("no")), 7],
  [
    "a lock on the audit log",
    new PartitionsFailedError(Object.assign(new Error("no"), { code: "55P03" }), noneDone),
    8,
  ],
  ["any other failure of its partitions", new PartitionsFailedError(new Error("no"), noneDone), 7],
  ["an error that nobody foresaw", new TypeError("no"), 1],
])("%s has its exit code", (_, error, exitCode) => {
  expect(explain(error).exitCode).toBe(exitCode);
});
