import type { Attack, AttackClass } from "./attack.ts";
import { entry } from "./removed.ts";
import type { Row, Session } from "./session.ts";
import type { World } from "./world.ts";

const end = {
  revoked: (world: World) =>
    world.admin.query("update auth.sessions set revoked_at = now() where id = $1", [world.us.sessionId]),
  again: (world: World) =>
    world.admin.query("update auth.sessions set revoked_at = null where id = $1", [world.us.sessionId]),
};

const enterSql = ({ us }: World) =>
  `select app.enter('${us.sessionId}', '${us.userId}', '${us.tenantId}', '${us.role}', 'r', 'a')`;

const saved = async (session: Session): Promise<string> => {
  const [row] = await session.run("select current_setting('app.context') as sealed");
  return String(row?.["sealed"]);
};

const hasRows = (rows: readonly Row[]) => rows.some((row) => Number(row["count"]) > 0);

/** Saves a seal of its own, has its session revoked, and goes on as if it were not: what it gets is told by `true`. */
const replay = (
  title: string,
  attempt: (world: World, session: Session, sealed: string) => Promise<readonly Row[]>,
): Attack => ({
  title,
  without: entry,
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    await session.run(enterSql(world));
    const sealed = await saved(session);
    await end.revoked(world);
    try {
      return hasRows(await attempt(world, session, sealed)) ? true : "no rows";
    } finally {
      await end.again(world);
    }
  },
});

const count = "select count(*) from app.documents";
const put = (sealed: string, isLocal = true) => `select set_config('app.context', '${sealed}', ${isLocal})`;

/** A seal that one transaction of a DO block hands to the next. */
const inBlock = (title: string, access: "read only" | "read write"): Attack => ({
  title,
  without: entry,
  attack: async (world) => {
    const session = await world.session();
    if (access === "read only") await session.run("set default_transaction_read_only = on");
    await session.run(`do $$ declare saved text; found bigint; begin
        perform app.enter('${world.us.sessionId}', '${world.us.userId}', '${world.us.tenantId}', '${world.us.role}', 'r', 'a');
        saved := current_setting('app.context');
        commit;
        perform set_config('app.context', saved, true);
        select count(*) into found from app.documents;
        perform set_config('app.found', found::text, false);
      end $$`);
    const [row] = await session.run("select current_setting('app.found') as count");
    return hasRows([row ?? {}]) ? true : "no rows";
  },
});

/** Valid seals, used where they were not made for. */
export const replayedSeal: AttackClass = {
  name: "replayed seal",
  stoppedBy: "a seal is bound to its transaction: to its now() and its id",
  attacks: [
    replay("a saved seal in a later transaction, after the session was revoked", async (_, session, sealed) => {
      await session.run("commit");
      await session.run("begin");
      await session.run(put(sealed));
      return session.run(count);
    }),
    replay("a seal kept in the session past its transaction", async (_, session, sealed) => {
      await session.run(put(sealed, false));
      await session.run("commit");
      return session.run(count);
    }),
    replay("a saved seal in another backend", async (world, _, sealed) => {
      const other = await world.session();
      await other.run("begin");
      await other.run(put(sealed));
      return other.run(count);
    }),
    replay(
      "a saved seal in another backend that begins while its transaction is still open, at the same snapshot",
      async (world, session, sealed) => {
        await session.run("rollback");
        await session.run("begin isolation level repeatable read");
        const other = await world.session();
        await session.run(put(sealed));
        const [snapshot] = await session.run("select pg_export_snapshot() as name");
        await other.run("begin isolation level repeatable read");
        await other.run(`set transaction snapshot '${String(snapshot?.["name"])}'`);
        await other.run(put(sealed));
        return other.run(count);
      },
    ),
    {
      title: "a seal that outlives COMMIT inside one simple message, in which now() stands still",
      without: entry,
      attack: async (world) => {
        const session = await world.session();
        const rows = await session.run(
          `begin; ${enterSql(world)}; select set_config('app.saved', current_setting('app.context'), false); commit;
           begin; select set_config('app.context', current_setting('app.saved'), true); ${count}; commit`,
        );
        return hasRows(rows) ? true : "no rows";
      },
    },
    inBlock("a seal that outlives COMMIT inside a DO block", "read write"),
    {
      title: "a seal that outlives COMMIT AND CHAIN inside one simple message",
      without: entry,
      attack: async (world) => {
        const session = await world.session();
        const rows = await session.run(
          `begin; ${enterSql(world)}; select set_config('app.context', current_setting('app.context'), false); commit and chain; ${count}; commit`,
        );
        return hasRows(rows) ? true : "no rows";
      },
    },
    inBlock("a seal of a transaction that may only read, used in the next one of the same DO block", "read only"),
    {
      title: "a seal made in a subtransaction that was rolled back, brought into a later transaction",
      without: entry,
      attack: async (world) => {
        const session = await world.session();
        await session.run("begin; savepoint s");
        await session.run(enterSql(world));
        const sealed = await saved(session);
        await session.run("rollback to savepoint s; commit; begin");
        await session.run(put(sealed));
        return hasRows(await session.run(count)) ? true : "no rows";
      },
    },
    {
      title: "a saved seal in the workers of a parallel plan of a later transaction",
      without: entry,
      attack: async (world) => {
        const session = await world.session();
        const [name] = await session.run(
          "select name from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')",
        );
        await session.run("begin");
        await session.run(enterSql(world));
        const sealed = await saved(session);
        await session.run("commit");
        await session.run(
          `begin; set local ${String(name?.["name"])} = on; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;
           set local min_parallel_table_scan_size = 0; ${put(sealed)}`,
        );
        return hasRows(await session.run(count)) ? true : "no rows";
      },
    },
    {
      title: "the context that the victim's request has left in the connection",
      without: [
        ...entry,
        `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
          returns void language sql volatile as $$
          select set_config('app.context', concat_ws('|', tenant, usr, session, role, '', request_id, action, repeat('0', 64)), false) $$`,
      ],
      attack: async (world) => {
        await world.request();
        return world.bare("select current_setting('app.context', true) as left");
      },
    },
  ],
};
