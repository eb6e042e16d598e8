import { randomUUID } from "node:crypto";
import { LeaseLostError } from "@severalty/domain/task";
import { createNewId, type TaskId, type TeamId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { toDomainError } from "../src/database-error.ts";
import { tenantEntities } from "../src/entities.ts";
import { Document } from "../src/entities/document.ts";
import type { Orm } from "../src/orm.ts";
import { claimTask, extendLease, type ClaimedTask } from "../src/queue/claim-task.ts";
import { finishTask, withTask } from "../src/queue/with-task.ts";
import { workerTables } from "../src/tenancy/tenant-policies.ts";
import { enter, enterKey, enteredTenant } from "../src/testing/enter.ts";
import { anyEntity, makeRow, tableOf } from "../src/testing/make-row.ts";
import { makeKey, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let worker: Client;
let orm: Orm;
let us: MadeTenant;
let them: MadeTenant;
const newId = createNewId();
const occasion = { requestId: "run-1", action: "tasks.run" };

beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  worker = await database.client("severalty_worker");
  orm = await database.orm("severalty_worker");
  us = await makeTenant(admin);
  them = await makeTenant(admin);
  const all = await database.orm("severalty_migrator");
  for (const entity of tenantEntities)
    for (const { tenantId } of [us, them]) await makeRow(admin, all, anyEntity(entity), tenantId);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => admin.query("delete from app.task_queue"));
afterEach(() => worker.query("rollback"));

interface TaskRow {
  readonly id: TaskId;
  readonly tenant_id: TenantId;
  readonly status: string;
  readonly attempts: number;
  readonly lease_token: string | null;
  readonly result: unknown;
  readonly error: string | null;
}

/** Claims a task and lets it fail. */
const fail = async (retryAt?: Date) => {
  const held = await claimed();
  const ended = { outcome: "failed" as const, error: "no luck" };
  return withTask(orm.em, held, occasion, (em) =>
    finishTask(em, held, retryAt === undefined ? ended : { ...ended, retryAt }),
  );
};

/** A task that is due, in the columns given otherwise. */
const makeTask = async ({ tenantId }: MadeTenant, given: Record<string, unknown> = {}): Promise<TaskId> => {
  const id = newId<TaskId>();
  const row = { tenant_id: tenantId, id, kind: "test", run_at: new Date(Date.now() - 60_000), ...given };
  const columns = Object.keys(row);
  await admin.query(
    `insert into app.task_queue (created_at, updated_at, ${columns.join(", ")})
     values (now(), now(), ${columns.map((_, at) => `$${at + 1}`).join(", ")})`,
    Object.values(row),
  );
  return id;
};
const taskOf = async (id: TaskId): Promise<TaskRow> => {
  const { rows } = await admin.query<TaskRow>("select * from app.task_queue where id = $1", [id]);
  if (rows[0] === undefined) throw new Error(`there is no task ${id}`);
  return rows[0];
};
const change = (id: TaskId, set: string) => admin.query(`update app.task_queue set ${set} where id = $1`, [id]);
const expire = (id: TaskId) => change(id, "lease_expires_at = now() - interval '1 second'");

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
const claim = () => claimTask(orm.em, { worker: "worker-1", leaseMs: 60_000 });
const claimed = async (): Promise<ClaimedTask> => {
  const task = await claim();
  if (task === null) throw new Error("there was no task to claim");
  return task;
};
const enterTask = async (client: Client, taskId: string | null, lease: string | null): Promise<unknown> => {
  const { rows } = await client.query<{ tenant: string }>(
    "select app.enter_task($1, $2, 'run|1', 'tasks.run') as tenant",
    [taskId, lease],
  );
  return rows[0]?.tenant;
};
const attemptToEnter = async (taskId: string | null, lease: string | null): Promise<string> => {
  await worker.query("begin");
  const outcome = await enterTask(worker, taskId, lease).then(() => "entered", errorWord);
  await worker.query("rollback");
  return outcome;
};

describe("entering for a task", () => {
  test("shows what is the tenant's for one transaction, and nothing of another's, in every table", async () => {
    await makeTask(us);
    await makeTask(them, { run_at: new Date(Date.now() + 60_000) });
    const { taskId, leaseToken } = await claimed();
    await worker.query("begin");
    expect(await enterTask(worker, taskId, leaseToken)).toBe(us.tenantId);
    expect(await enteredTenant(worker)).toBe(us.tenantId);
    for (const entity of tenantEntities) {
      const table = tableOf(entity.meta);
      await worker.query("savepoint before");
      const seen = await worker
        .query<{ tenant_id: string }>(`select distinct tenant_id from ${table}`)
        .then(({ rows }) => rows, errorWord);
      await worker.query("rollback to savepoint before");
      const isShown = workerTables.some((name) => table === `app.${name}`);
      expect([table, seen]).toEqual([table, isShown ? [{ tenant_id: us.tenantId }] : "42501"]);
    }
    await worker.query("commit");
    expect(await enteredTenant(worker)).toBeNull();
    for (const table of workerTables)
      expect((await worker.query(`select tenant_id from app.${table}`)).rows).toEqual([]);
  });

  const refusals: [string, (held: ClaimedTask) => Promise<[string | null, string | null]>][] = [
    ["a task that never was", async ({ leaseToken }) => [randomUUID(), leaseToken]],
    ["a lease that never was", async ({ taskId }) => [taskId, randomUUID()]],
    ["no lease", async ({ taskId }) => [taskId, null]],
    ["no task", async ({ leaseToken }) => [null, leaseToken]],
    ["another tenant's task with the own lease", async ({ leaseToken }) => [await makeTask(them), leaseToken]],
    [
      "another tenant's running task with the own lease",
      async ({ leaseToken }) => {
        await makeTask(them);
        return [(await claimed()).taskId, leaseToken];
      },
    ],
    [
      "a lease that has expired",
      async ({ taskId, leaseToken }) => {
        await expire(taskId);
        return [taskId, leaseToken];
      },
    ],
    [
      "a lease that another has taken over",
      async ({ taskId, leaseToken }) => {
        await expire(taskId);
        expect((await claimed()).taskId).toBe(taskId);
        return [taskId, leaseToken];
      },
    ],
    ...["completed", "failed", "cancelled", "pending"].map((status): (typeof refusals)[number] => [
      `a task that is ${status}`,
      async ({ taskId, leaseToken }) => {
        await change(taskId, `status = '${status}'`);
        return [taskId, leaseToken];
      },
    ]),
  ];
  test.each(refusals)("is refused for %s, in the same words", async (_, credentials) => {
    await makeTask(us);
    const held = await claimed();
    expect(await attemptToEnter(held.taskId, held.leaseToken)).toBe("entered");
    const [taskId, lease] = await credentials(held);
    await worker.query("begin");
    const error = await enterTask(worker, taskId, lease).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: "SVT01", message: "the task is not leased to you any more" });
    expect(error).not.toHaveProperty("detail", expect.any(String));
    await worker.query("rollback");
    expect(toDomainError(error)).toBeInstanceOf(LeaseLostError);
  });

  test("D2: is refused from the next transaction on, once the tenant is suspended, and such a tenant's tasks are not claimed", async () => {
    const tenant = await makeTenant(admin);
    await makeTask(tenant);
    const { taskId, leaseToken } = await claimed();
    await admin.query("update app.tenants set status = 'suspended' where id = $1", [tenant.tenantId]);
    expect(await attemptToEnter(taskId, leaseToken)).toBe("SV002");
    expect(await extendLease(orm.em, { taskId, leaseToken, expiresAt: new Date() }, 1000).catch(errorWord)).toBe(
      "SVT01",
    );
    await expire(taskId);
    await makeTask(tenant);
    expect(await claim()).toBeNull();
    await admin.query("update app.tenants set status = 'active' where id = $1", [tenant.tenantId]);
    expect(await claim()).not.toBeNull();
  });

  test("happens once in a transaction, and not in the one that has claimed", async () => {
    await makeTask(us);
    await makeTask(them);
    const [one, other] = [await claimed(), await claimed()];
    await worker.query("begin");
    await enterTask(worker, one.taskId, one.leaseToken);
    expect(await enterTask(worker, other.taskId, other.leaseToken).catch(errorWord)).toBe("SV003");
    await worker.query("rollback");
    await makeTask(us);
    await worker.query("begin");
    const { rows } = await worker.query<{ task: string; lease_token: string }>(
      "select * from app.claim_task('worker-1', '1 minute')",
    );
    expect(await enterTask(worker, rows[0]?.task ?? null, rows[0]?.lease_token ?? null).catch(errorWord)).toBe("SV003");
  });

  test("is for severalty_worker alone, as claiming, extending and finishing are", async () => {
    await makeTask(us);
    const { taskId, leaseToken } = await claimed();
    const calls = [
      `select app.enter_task('${taskId}', '${leaseToken}', 'r', 'a')`,
      "select app.claim_task('worker-1', '1 minute')",
      `select app.extend_lease('${taskId}', '${leaseToken}', '1 minute')`,
      `select app.finish_task('${leaseToken}', 'completed', null, null, null)`,
    ];
    for (const role of ["severalty_app", "severalty_auth", "severalty_platform"] as const)
      expect([role, await notRefused(await database.client(role), calls)]).toEqual([role, []]);
    for (const entering of [
      () => enter(worker, us),
      async () => enterKey(worker, (await makeKey(admin, us)).keyHash),
      () => worker.query("select app.record('denied', '{}')"),
    ])
      expect(await entering().catch(errorWord)).toBe("42501");
  });

  test("a task's context is not made by hand, and is worth nothing in the next transaction", async () => {
    await makeTask(us);
    const { taskId, leaseToken } = await claimed();
    const set = (value: string) => worker.query("select set_config('app.context', $1, true)", [value]);
    await worker.query("begin");
    await enterTask(worker, taskId, leaseToken);
    const { rows } = await worker.query<{ context: string }>("select current_setting('app.context') as context");
    const sealed = rows[0]?.context ?? "";
    expect(sealed.split("|").slice(0, 7)).toEqual([us.tenantId, "", taskId, "task", "", "run/1", "tasks.run"]);
    await set(sealed.replace(us.tenantId, them.tenantId));
    expect(await enteredTenant(worker)).toBeNull();
    await worker.query("commit");
    await worker.query("begin");
    await set(sealed);
    expect(await enteredTenant(worker)).toBeNull();
  });
});

describe("claiming", () => {
  test("takes tenants in turn, so that one job is not behind a thousand of another tenant", async () => {
    const third = await makeTenant(admin);
    for (let made = 0; made < 30; made++) await makeTask(us, { priority: 100 });
    const alone = await makeTask(them);
    const other = await makeTask(third, { priority: -100 });
    const taken = [await claimed(), await claimed(), await claimed()].map(({ taskId }) => taskId);
    expect(taken).toEqual(expect.arrayContaining([alone, other]));
    for (let made = 0; made < 3; made++) await makeTask(them);
    const owners = [];
    for (let taking = 0; taking < 6; taking++) owners.push((await taskOf((await claimed()).taskId)).tenant_id);
    expect(owners.filter((tenant) => tenant === them.tenantId)).toHaveLength(3);
    for (let at = 1; at < owners.length; at++) expect(owners[at]).not.toBe(owners[at - 1]);
  });

  test("takes the highest priority first, then what is due longest, and nothing before its time", async () => {
    const last = await makeTask(us, { priority: -1, run_at: inSeconds(-300) });
    const second = await makeTask(us, { priority: 5, run_at: inSeconds(-10) });
    const first = await makeTask(us, { priority: 5, run_at: inSeconds(-20) });
    await makeTask(us, { priority: 100, run_at: inSeconds(60) });
    const taken = [await claim(), await claim(), await claim(), await claim()];
    expect(taken.map((task) => task?.taskId)).toEqual([first, second, last, undefined]);
  });

  test("gives no task twice, however many claim at once", async () => {
    for (let made = 0; made < 20; made++) await makeTask(made % 4 === 0 ? them : us);
    const taken = await Promise.all(Array.from({ length: 30 }, claim));
    const ids = taken.flatMap((task) => (task === null ? [] : [task.taskId]));
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  test("passes by what another is taking, and does not wait for him", async () => {
    const [one, other] = [await makeTask(us), await makeTask(us)];
    await worker.query("begin");
    const { rows } = await worker.query<{ task: string }>("select task from app.claim_task('worker-2', '1 minute')");
    const { taskId } = await claimed();
    expect(new Set([rows[0]?.task, taskId])).toEqual(new Set([one, other]));
  });

  test("notes who runs what since when and until when, and counts the attempt", async () => {
    const id = await makeTask(us);
    const { taskId, leaseToken, expiresAt } = await claimed();
    expect(taskId).toBe(id);
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(50_000);
    expect(expiresAt.getTime() - Date.now()).toBeLessThan(61_000);
    expect(await taskOf(id)).toMatchObject({
      status: "running",
      attempts: 1,
      lease_token: leaseToken,
      leased_by: "worker-1",
      lease_expires_at: expiresAt,
      started_at: expect.any(Date) as Date,
      version: 2,
    });
  });

  test("takes a task over once its lease has expired, and not before, until no attempt is left", async () => {
    const id = await makeTask(us, { max_attempts: 2 });
    const first = await claimed();
    expect(await claim()).toBeNull();
    await expire(id);
    const second = await claimed();
    expect([second.taskId, second.leaseToken === first.leaseToken]).toEqual([id, false]);
    await expire(id);
    expect(await claim()).toBeNull();
    expect(await taskOf(id)).toMatchObject({
      status: "failed",
      attempts: 2,
      lease_token: null,
      error: "the lease of the last attempt expired",
      finished_at: expect.any(Date) as Date,
    });
  });

  test("goes on to the next task behind one without attempts", async () => {
    await makeTask(us, { priority: 1, status: "running", attempts: 1, max_attempts: 1 });
    const next = await makeTask(us);
    expect((await claimed()).taskId).toBe(next);
  });

  test.each(["completed", "failed", "cancelled"])("takes nothing that is %s", async (status) => {
    await makeTask(us, { status });
    expect(await claim()).toBeNull();
  });

  test.each([
    ["", 60_000],
    ["w".repeat(121), 60_000],
    ["worker-1", 999],
    ["worker-1", 3_600_001],
  ])("is refused to the worker %j for %d ms", async (name, leaseMs) => {
    await makeTask(us);
    expect(await claimTask(orm.em, { worker: name, leaseMs }).catch(errorWord)).toBe("22023");
  });
});

describe("a worker", () => {
  test("reads and finishes in one transaction, with what he did in the log as the system's", async () => {
    const id = await makeTask(us);
    const held = await claimed();
    const titles = await withTask(orm.em, held, occasion, async (em) => {
      const documents = await em.find(Document, {});
      expect(await finishTask(em, held, { outcome: "completed", result: { found: documents.length } })).toBe(
        "completed",
      );
      return documents.map(({ tenantId }) => tenantId);
    });
    expect(new Set(titles)).toEqual(new Set([us.tenantId]));
    expect(await taskOf(id)).toMatchObject({
      status: "completed",
      result: { found: titles.length },
      lease_token: null,
    });
    const { rows } = await admin.query(
      `select tenant_id, user_id, actor_kind, action, details->>'taskId' as task, request_id from app.audit_logs
       where resource_id = $1 and details ? 'changed' order by timestamp, id`,
      [id],
    );
    const system = { tenant_id: us.tenantId, user_id: null, actor_kind: "system" };
    expect(rows).toEqual([
      { ...system, action: "tasks.update", task: null, request_id: null },
      { ...system, action: "tasks.run", task: id, request_id: "run-1" },
    ]);
  });

  test("writes no line of the log by saying that it is still at it", async () => {
    const id = await makeTask(us);
    const held = await claimed();
    const count = async () =>
      (await admin.query<{ n: number }>("select count(*)::int as n from app.audit_logs where resource_id = $1", [id]))
        .rows;
    const before = await count();
    const { expiresAt } = await extendLease(orm.em, held, 600_000);
    expect(expiresAt.getTime() - held.expiresAt.getTime()).toBeGreaterThan(500_000);
    expect((await taskOf(id)).lease_token).toBe(held.leaseToken);
    expect(await count()).toEqual(before);
  });

  test("has a failed task queued again while an attempt is left and a time is given", async () => {
    const id = await makeTask(us, { max_attempts: 2 });
    expect(await fail(new Date(Date.now() - 1000))).toBe("pending");
    expect(await taskOf(id)).toMatchObject({ attempts: 1, lease_token: null, error: "no luck", finished_at: null });
    expect(await fail(new Date())).toBe("failed");
    await makeTask(us);
    expect(await fail()).toBe("failed");
  });

  const takings: [string, (id: TaskId) => Promise<unknown>][] = [
    ["another has taken the task over", async (id) => [await expire(id), await claimed()]],
    ["it was cancelled", (id) => change(id, "status = 'cancelled', lease_token = null, lease_expires_at = null")],
  ];
  test.each(takings)("that has lost its lease changes nothing when %s while it works", async (_, take) => {
    const id = await makeTask(us);
    const held = await claimed();
    let after: TaskRow | undefined;
    const finishing = withTask(orm.em, held, occasion, async (em) => {
      await take(id);
      after = await taskOf(id);
      await finishTask(em, held, { outcome: "completed", result: "stale" });
    });
    expect(await finishing.catch(errorWord)).toBe("SVT01");
    expect(await extendLease(orm.em, held, 60_000).catch(errorWord)).toBe("SVT01");
    expect(await taskOf(id)).toEqual(after);
  });

  test("extends no lease that has expired, also while nobody has taken the task", async () => {
    const id = await makeTask(us);
    const held = await claimed();
    await expire(id);
    const before = await taskOf(id);
    expect(await extendLease(orm.em, held, 60_000).catch(errorWord)).toBe("SVT01");
    expect(await taskOf(id)).toEqual(before);
  });

  test("finishes and extends nothing with another's lease, and finishes nothing that it has not entered", async () => {
    await makeTask(us);
    await makeTask(us);
    const [one, other] = [await claimed(), await claimed()];
    const before = [await taskOf(one.taskId), await taskOf(other.taskId)];
    const mixed = { ...one, leaseToken: other.leaseToken };
    const done = { outcome: "completed", result: null } as const;
    expect(await extendLease(orm.em, mixed, 60_000).catch(errorWord)).toBe("SVT01");
    expect(await withTask(orm.em, one, occasion, (em) => finishTask(em, other, done)).catch(errorWord)).toBe("SVT01");
    expect(await finishTask(orm.em.fork(), one, done).catch(errorWord)).toBe("SVT01");
    expect([await taskOf(one.taskId), await taskOf(other.taskId)]).toEqual(before);
  });

  test("neither claims, ends nor lets live any task by statements of its own, and sees no other's lease", async () => {
    await makeTask(us);
    const { taskId, leaseToken } = await claimed();
    const statements = [
      `update app.task_queue set status = 'running', leased_by = 'me' where id = '${taskId}'`,
      `update app.task_queue set lease_expires_at = now() + interval '1 day'`,
      "update app.task_queue set result = '1'",
      "delete from app.task_queue",
      "insert into app.task_queue default values",
      "select lease_token from app.task_queue",
      "select * from app.task_queue",
      "select id from app.task_queue for update",
      "update app.documents set title = ''",
      "select * from sealed.queue_turns",
    ];
    const refused: string[] = [];
    for (const statement of statements) {
      await worker.query("begin");
      await enterTask(worker, taskId, leaseToken);
      refused.push(await worker.query(statement).then(() => statement, errorWord));
      await worker.query("rollback");
    }
    expect(refused).toEqual(statements.map(() => "42501"));
  });

  test("sees, for a task of a team, what is that team's and the whole tenant's", async () => {
    const tenant = await makeTenant(admin);
    const teams = [newId<TeamId>(), newId<TeamId>()];
    for (const [at, id] of teams.entries()) {
      await admin.query(
        "insert into app.teams (tenant_id, id, name, created_at, updated_at) values ($1, $2, $3, now(), now())",
        [tenant.tenantId, id, `Team ${at}`],
      );
      await admin.query(
        `insert into app.documents (tenant_id, id, user_id, team_id, title, content, content_hash, created_at, updated_at)
         select tenant_id, gen_random_uuid(), user_id, $2, $3, '', content_hash, now(), now() from app.documents where id = $1`,
        [tenant.documentId, id, `of team ${at}`],
      );
    }
    const teamsSeenBy = async (teamId: TeamId | null) => {
      await makeTask(tenant, { team_id: teamId });
      const held = await claimed();
      const documents = await withTask(orm.em, held, occasion, (em) => em.find(Document, {}));
      return new Set(documents.map(({ teamId: team }) => team));
    };
    expect(await teamsSeenBy(teams[0] ?? null)).toEqual(new Set([teams[0], null]));
    expect(await teamsSeenBy(null)).toEqual(new Set([null]));
  });
});
