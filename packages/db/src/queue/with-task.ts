import type { EntityManager } from "@mikro-orm/postgresql";
import type { Json } from "@severalty/domain/json";
import type { TaskStatus } from "@severalty/domain/task";
import { enteringManager } from "../tenancy/entering-manager.ts";
import { retriedTransaction } from "../tenancy/retried-transaction.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import type { Occasion } from "../tenancy/principal.ts";
import type { ClaimedTask } from "./claim-task.ts";

/**
 * Runs `work` in one transaction as severalty_worker inside the tenant of a claimed task, with an entity manager of its own, which reads
 * what tasks are about. What `work` throws rolls everything back. Fails before `work`: SQLSTATE SVT01 when the lease is lost, SV002 when
 * the tenant is suspended.
 */
export const withTask = <Result>(
  em: EntityManager,
  { taskId, leaseToken }: ClaimedTask,
  { requestId, action }: Occasion,
  work: (em: EntityManager) => Promise<Result>,
): Promise<Result> => {
  return retriedTransaction(
    () => enteringManager(em, { taskId, leaseToken, requestId, action }),
    (tx) => {
      const entered = transactionIn(tx)?.entered;
      if (entered?.kind !== "task") throw new Error("no task has entered this transaction");
      tx.setFilterParams("tenant", { tenantId: entered.tenantId });
      return work(tx);
    },
  );
};

/** How a task ended. With `retryAt` one that failed is queued again, if an attempt is left. */
export type TaskOutcome =
  | { readonly outcome: "completed"; readonly result: Json }
  | { readonly outcome: "failed"; readonly error: string; readonly retryAt?: Date };

/**
 * Ends the task that `withTask` has entered, together with what that transaction wrote; answers what became of it. Throws with SQLSTATE
 * SVT01, and changes nothing, when another has taken the task or it was cancelled.
 */
export const finishTask = async (
  em: EntityManager,
  { leaseToken }: ClaimedTask,
  ended: TaskOutcome,
): Promise<TaskStatus> => {
  const [result, error, retryAt] =
    ended.outcome === "completed"
      ? [JSON.stringify(ended.result), null, null]
      : [null, ended.error, ended.retryAt ?? null];
  const [finished] = await em.execute<{ status: TaskStatus }[]>("select app.finish_task(?, ?, ?, ?, ?) as status", [
    leaseToken,
    ended.outcome,
    result,
    error,
    retryAt,
  ]);
  if (finished === undefined) throw new Error("app.finish_task answered no row");
  return finished.status;
};
