import { AuditLog } from "@severalty/db/entities/audit-log";
import { ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { actorKinds, auditOutcomes, type ActorKind, type AuditOutcome } from "@severalty/domain/audit";
import { auditLogId, userId, type ApiKeyId, type AuditLogId, type UserId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { moment } from "@severalty/domain/moment";
import { z } from "zod";
import { afterCursor, listAnswer, listInput, type ListAnswer } from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { cursorTime } from "../sort.ts";
import { between, where } from "../where.ts";

/** One record of what was done in the tenant. */
export interface AuditRecord {
  id: AuditLogId;
  timestamp: Date;
  /** The actor: a user, or the API key of an `api_key`; null for the system. */
  userId?: UserId | ApiKeyId | null | undefined;
  actorKind: ActorKind;
  action: string;
  outcome: AuditOutcome;
  /** The noun of what it was done to, such as `agentRoles`. */
  resourceType: string;
  resourceId?: string | null | undefined;
  details: JsonObject;
  requestId?: string | null | undefined;
  executionMs?: number | null | undefined;
}

const record = [
  "id",
  "timestamp",
  "userId",
  "actorKind",
  "action",
  "outcome",
  "resourceType",
  "resourceId",
  "details",
  "requestId",
  "executionMs",
] as const;

const latest = z.tuple([cursorTime, auditLogId]);
const word = z.string().min(1).max(100);

/** What was done in the caller's tenant, newest first. Nobody changes it. */
export const auditLogsRouter = router({
  list: tenantProcedure(
    "auditLogs.read",
    listInput({
      userId: userId.optional(),
      actorKind: z.enum(actorKinds).optional(),
      action: word.optional(),
      outcome: z.enum(auditOutcomes).optional(),
      resourceType: word.optional(),
      resourceId: z.uuid().optional(),
      requestId: word.optional(),
      from: moment.optional(),
      before: moment.optional(),
    }),
  ).query(async ({ ctx, input }): Promise<ListAnswer<AuditRecord>> => {
    const { limit, cursor, from, before, ...equal } = input;
    const page = await new ReadRepository(ctx.em, AuditLog).list(record, {
      where: where({ ...equal, timestamp: between(from, before) }),
      sort: ["timestamp", "id"],
      after: afterCursor(cursor, () => latest),
      limit,
    });
    return listAnswer(page, ({ timestamp, id }) => [timestamp, id]);
  }),
});
