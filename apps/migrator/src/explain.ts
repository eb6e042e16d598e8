import {
  EditedMigrationError,
  LockHeldError,
  LockLostError,
  MigrationFailedError,
  NewerDatabaseError,
  PartitionsFailedError,
  RecordFailedError,
  UnknownMigrationError,
} from "@severalty/db/migration/errors";
import { UnfitEncodingError, UnfitRoleError } from "@severalty/db/provision";
import { EnvironmentError } from "@severalty/domain/environment";
import { usage, UsageError } from "./arguments.ts";
import { DownInProductionError, DropOfEverythingError, NoAuditLogError } from "./commands.ts";
import { UnreachableError } from "./prepare.ts";
import { DemoInProductionError } from "./seed.ts";

/** What to tell about an error, and the exit code; --help lists the codes. */
export const explain = (error: unknown): { readonly message: string; readonly exitCode: number } => {
  if (error instanceof UsageError) return { message: `${error.message}\n\n${usage}`, exitCode: 2 };
  const known = exitCodes.find(([kind]) => error instanceof kind);
  if (known !== undefined && error instanceof Error)
    return { message: error.message, exitCode: exitCodeOf(error, known[1]) };
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 1 };
};

const exitCodes = [
  [EnvironmentError, 2],
  [DemoInProductionError, 2],
  [DownInProductionError, 2],
  [DropOfEverythingError, 2],
  [UnknownMigrationError, 2],
  [UnreachableError, 3],
  [UnfitRoleError, 4],
  [UnfitEncodingError, 4],
  [NewerDatabaseError, 5],
  [EditedMigrationError, 6],
  [MigrationFailedError, 7],
  [RecordFailedError, 7],
  [PartitionsFailedError, 7],
  [NoAuditLogError, 1],
  [LockHeldError, 8],
  [LockLostError, 8],
] as const;

/** 55P03 is lock_not_available. */
const exitCodeOf = (error: Error, usual: number): number =>
  "sqlstate" in error && error.sqlstate === "55P03" ? 8 : usual;
