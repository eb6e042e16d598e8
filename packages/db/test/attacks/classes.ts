import type { AttackClass } from "./attack.ts";
import { forgedContext } from "./forged-context.ts";
import { activities, catalogs, ownRules, partitions, roleChanges, statistics } from "./catalogs.ts";
import { copying } from "./copying.ts";
import { definerFunctions } from "./definer-functions.ts";
import { documentSearch } from "./document-search.ts";
import { doBlocks, heldCursors, leftBehind, listening, sessionLocks, temporaryObjects } from "./left-in-session.ts";
import { leakyFunctions } from "./leaky-functions.ts";
import { authLimits, otherRoles } from "./other-roles.ts";
import { authPool, platformPool } from "./other-pools.ts";
import { platformContext } from "./platform-context.ts";
import { platformCalls, platformGrants } from "./platform-grants.ts";
import { preparedStatements } from "./prepared-statements.ts";
import { replayedSeal } from "./replayed-seal.ts";
import { revocation } from "./revocation.ts";
import { conflicts, keyOracles, merges, moves } from "./row-moves.ts";
import { searchPath } from "./search-path.ts";
import { secondEntry } from "./second-entry.ts";
import { settingsPlanted } from "./settings-planted.ts";
import { largeObjects, sqlFunctions } from "./sql-functions.ts";
import { throughPgBouncer } from "./through-pgbouncer.ts";
import { workerLimits } from "./worker.ts";

/** Every class of attacks. */
export const classes: readonly AttackClass[] = [
  forgedContext,
  replayedSeal,
  secondEntry,
  settingsPlanted,
  searchPath,
  preparedStatements,
  heldCursors,
  listening,
  sessionLocks,
  temporaryObjects,
  doBlocks,
  leftBehind,
  copying,
  merges,
  moves,
  conflicts,
  keyOracles,
  leakyFunctions,
  sqlFunctions,
  largeObjects,
  statistics,
  activities,
  catalogs,
  partitions,
  roleChanges,
  ownRules,
  definerFunctions,
  documentSearch,
  revocation,
  authLimits,
  otherRoles,
  platformContext,
  platformGrants,
  platformCalls,
  platformPool,
  authPool,
  workerLimits,
  throughPgBouncer,
];
