import { randomUUID } from "node:crypto";
import type { Attack, AttackClass } from "./attack.ts";
import { grants, seal } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

/** Whoever asks enters a task's tenant, whatever its lease is. */
const anyLease = [
  ...seal,
  `create or replace function app.enter_task(task uuid, lease uuid, request_id text, action text) returns uuid
    language plpgsql volatile security definer as $$
    declare tenant uuid := (select q.tenant_id from app.task_queue q where q.id = task);
    begin
      perform set_config('app.context', concat_ws('|', tenant, '', task, 'task', '', request_id, action, repeat('0', 64)), true);
      return tenant;
    end $$`,
  "grant select on app.task_queue to severalty_gate",
];

const own = "11111111-1111-4111-8111-111111111111";
const theirs = "22222222-2222-4222-8222-222222222222";

/** A running task of each, leased: the attacker knows his own lease and the ids of both. */
const lease = async ({ admin, us, them }: World): Promise<{ ourTask: string; theirTask: string }> => {
  const ids: string[] = [];
  for (const [{ tenantId }, token] of [
    [us, own],
    [them, theirs],
  ] as const) {
    const { rows } = await admin.query<{ id: string }>(
      `update app.task_queue set status = 'running', attempts = 1, lease_token = $2, lease_expires_at = now() + interval '1 hour'
       where tenant_id = $1 and id = (select id from app.task_queue where tenant_id = $1 order by id limit 1) returning id`,
      [tenantId, token],
    );
    ids.push(rows[0]?.id ?? "");
  }
  const [ourTask = "", theirTask = ""] = ids;
  return { ourTask, theirTask };
};

const titles = (session: Session) => session.run("select title, content from app.documents");

/** Enters with what he has, then reads. */
const entering = (
  title: string,
  credentials: (tasks: { ourTask: string; theirTask: string }, world: World) => Promise<[string, string]>,
): Attack => ({
  title,
  without: anyLease,
  victimWrites: true,
  attack: async (world) => {
    const tasks = await lease(world);
    const session = await world.session("severalty_worker");
    const [task, token] = await credentials(tasks, world);
    await session.run("begin");
    await session.run("select app.enter_task($1, $2, 'r', 'a')", [task, token]);
    return titles(session);
  },
});

/** The role that runs tasks, without a lease of the victim's: those it can claim it may use, which is what it is for. */
export const workerLimits: AttackClass = {
  name: "severalty_worker",
  stoppedBy: "a tenant is entered by a living lease of one of its tasks alone, which nobody can read or guess",
  attacks: [
    entering("enters the victim's running task with his own lease", async ({ theirTask }) => [theirTask, own]),
    entering("enters the victim's running task with a guess", async ({ theirTask }) => [theirTask, randomUUID()]),
    entering("enters the victim's task after its lease has expired", async ({ theirTask }, { admin }) => {
      await admin.query("update app.task_queue set lease_expires_at = now() - interval '1 second' where id = $1", [
        theirTask,
      ]);
      return [theirTask, theirs];
    }),
    entering("enters the victim's task after it was cancelled", async ({ theirTask }, { admin }) => {
      await admin.query("update app.task_queue set status = 'cancelled' where id = $1", [theirTask]);
      return [theirTask, theirs];
    }),
    {
      title: "enters a second tenant in one transaction, with a lease of each",
      without: anyLease,
      victimWrites: true,
      attack: async (world) => {
        const { ourTask, theirTask } = await lease(world);
        const session = await world.session("severalty_worker");
        await session.run("begin");
        await session.run("select app.enter_task($1, $2, 'r', 'a')", [ourTask, own]);
        await session.run("select app.enter_task($1, $2, 'r', 'a')", [theirTask, theirs]);
        return titles(session);
      },
    },
    {
      title: "changes the tenant in the sealed context of his own task",
      without: seal,
      victimWrites: true,
      attack: async (world) => {
        const { ourTask } = await lease(world);
        const session = await world.session("severalty_worker");
        await session.run("begin");
        await session.run("select app.enter_task($1, $2, 'r', 'a')", [ourTask, own]);
        await session.run(
          "select set_config('app.context', overlay(current_setting('app.context') placing $1 from 1), true)",
          [world.them.tenantId],
        );
        return titles(session);
      },
    },
    {
      title: "reads the victim's lease from the queue",
      without: [...grants("severalty_worker"), "alter table app.task_queue disable row level security"],
      victimWrites: true,
      attack: async (world) => {
        const { ourTask } = await lease(world);
        const session = await world.session("severalty_worker");
        await session.run("begin");
        await session.run("select app.enter_task($1, $2, 'r', 'a')", [ourTask, own]);
        const rows = await session.run("select lease_token from app.task_queue");
        return rows.some(({ lease_token: token }) => token === theirs);
      },
    },
    {
      title: "ends the victim's task with his own lease, or without entering",
      without: [...grants("severalty_worker"), "alter table app.task_queue disable row level security"],
      victimWrites: true,
      attack: async (world) => {
        const { ourTask, theirTask } = await lease(world);
        const session = await world.session("severalty_worker");
        await session.run("update app.task_queue set status = 'failed' where id = $1", [theirTask]).catch(String);
        await session.run("select app.extend_lease($1, $2, '1 hour')", [theirTask, own]).catch(String);
        await session.run("begin");
        await session.run("select app.enter_task($1, $2, 'r', 'a')", [ourTask, own]);
        await session.run("select app.finish_task($1, 'completed', null, null, null)", [theirs]).catch(String);
        await session.run("commit");
        const { rows } = await world.admin.query<{ status: string }>(
          "select status from app.task_queue where id = $1",
          [theirTask],
        );
        return rows[0]?.status !== "running";
      },
    },
  ],
};
