import type { EntityManager } from "@mikro-orm/postgresql";
import { asId, type TaskId } from "@severalty/domain/ids";

/** A task that a worker holds, and may enter the tenant of until the lease ends; nothing of what it is about. */
export interface ClaimedTask {
  readonly taskId: TaskId;
  readonly leaseToken: string;
  readonly expiresAt: Date;
}

/**
 * Takes the next due task, each tenant in turn, for `leaseMs` milliseconds (1 second to 1 hour), or answers null. It is committed when this
 * resolves: only then can it be entered. `em` is one of severalty_worker; `worker` is a name of 1 to 120 characters, for whoever reads the
 * queue. A lease that expired is taken over; a task whose last attempt was lost so has failed.
 */
export const claimTask = async (
  em: EntityManager,
  { worker, leaseMs }: { worker: string; leaseMs: number },
): Promise<ClaimedTask | null> => {
  const [claimed] = await outside(em).execute<{ task: string; token: string; until: Date | string }[]>(
    `select task, lease_token as token, lease_expires_at as until from app.claim_task(?, ? * interval '1 millisecond')`,
    [worker, leaseMs],
  );
  if (claimed === undefined) return null;
  return { taskId: asId(claimed.task), leaseToken: claimed.token, expiresAt: new Date(claimed.until) };
};

/** Lets a lease that is still held end `leaseMs` milliseconds from now. Throws with SQLSTATE SVT01 when it is lost. */
export const extendLease = async (
  em: EntityManager,
  { taskId, leaseToken }: ClaimedTask,
  leaseMs: number,
): Promise<ClaimedTask> => {
  const [extended] = await outside(em).execute<{ until: Date | string }[]>(
    `select app.extend_lease(?, ?, ? * interval '1 millisecond') as until`,
    [taskId, leaseToken, leaseMs],
  );
  if (extended === undefined) throw new Error("app.extend_lease answered no row");
  return { taskId, leaseToken, expiresAt: new Date(extended.until) };
};

/** Of no transaction and no tenant, also where the caller is in those of `withTask`. */
const outside = (em: EntityManager): EntityManager => em.fork({ disableContextResolution: true });
