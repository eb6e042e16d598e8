import type { Attack, AttackClass } from "./attack.ts";
import { entry } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

const enterAs = ({ sessionId, userId, tenantId, role }: World["them"], way = "enter") =>
  `select app.${way}('${sessionId}', '${userId}', '${tenantId}', '${role}', 'r', 'a')`;
const titles = "select title from app.documents";

/** A transaction that has entered the attacker's tenant, and a way to the other's whose credentials it was given. */
const switching = (title: string, attempt: (world: World, session: Session) => Promise<unknown>): Attack => ({
  title,
  without: [
    ...entry,
    `create or replace function app.enter_key(key_hash bytea, request_id text, action text)
      returns table (tenant uuid, key uuid, maker uuid, permissions text[], is_idle boolean) language sql volatile security definer as $$
      select k.tenant_id, k.id, k.created_by, k.permissions, false from app.tenant_api_keys k,
        lateral (select set_config('app.context', concat_ws('|', k.tenant_id, k.id, k.id, 'api_key', '', '', '', repeat('0', 64)), true)) s
      where k.key_hash = enter_key.key_hash $$`,
    `alter function app.enter_key(bytea, text, text) owner to severalty_gate`,
  ],
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    await session.run(enterAs(world.us));
    return attempt(world, session);
  },
});

const after = (title: string, ...between: readonly string[]) =>
  switching(title, async (world, session) => {
    for (const sql of between) await session.run(sql);
    await session.run(enterAs(world.them));
    return session.run(titles);
  });

/** Entering twice in one transaction, by whoever has the credentials of both: a request belongs to one tenant. */
export const secondEntry: AttackClass = {
  name: "second entry",
  stoppedBy:
    "entering is refused in a transaction that has entered before (SV003), by the transaction's id and not by a variable",
  attacks: [
    after("entering again"),
    after("entering again after the context was emptied", "select set_config('app.context', '', true)"),
    after("entering again after the context was reset", "reset app.context"),
    after("entering again after RESET ALL", "reset all"),
    after("entering again after the context was set to what is no context", "set local app.context = 'x'"),
    after(
      "entering again after DISCARD",
      "discard plans; discard sequences",
      "reset session authorization",
      "set app.context = ''",
    ),
    switching("entering again after the savepoint before the first entry was rolled back", async (world, session) => {
      await session.run("rollback; begin; savepoint s");
      await session.run(enterAs(world.us));
      const own = await session.run(titles);
      await session.run("rollback to savepoint s");
      await session.run(enterAs(world.them));
      return [own, await session.run(titles)];
    }),
    switching("entering again in a block whose exception undoes the first entry", async (world, session) => {
      await session.run("rollback; begin");
      await session
        .run(`do $$ begin
          begin perform app.enter('${world.us.sessionId}', '${world.us.userId}', '${world.us.tenantId}', '${world.us.role}', 'r', 'a');
            raise exception 'undo'; exception when raise_exception then null; end;
          perform app.enter('${world.them.sessionId}', '${world.them.userId}', '${world.them.tenantId}', '${world.them.role}', 'r', 'a');
        end $$`)
        .catch(() => session.run("rollback"));
      return session.run(titles);
    }),
    switching("entering to read after the first entry, its context emptied", async (world, session) => {
      await session.run("select set_config('app.context', '', true)");
      await session.run(enterAs(world.them, "enter_to_read"));
      return session.run(titles);
    }),
    switching("a seal made for reading, in a transaction that may write again", async (world, session) => {
      await session.run("rollback; begin; savepoint s");
      await session.run(enterAs(world.them, "enter_to_read"));
      const [row] = await session.run("select current_setting('app.context') as sealed");
      await session.run("rollback to savepoint s");
      await session.run("select set_config('app.context', $1, true)", [row?.["sealed"]]);
      return session.run("update app.documents set version = version returning title");
    }),
    switching("entering both in one statement, one of the two in a CTE", async (world, session) => {
      await session.run("rollback; begin");
      await session.run(
        `with first as materialized (${enterAs(world.us)}), cleared as materialized (select set_config('app.context', '', true) from first)
         ${enterAs(world.them)} from cleared`,
      );
      return session.run(titles);
    }),
    switching("entering with a key of the other tenant's after the context was emptied", async (world, session) => {
      await session.run("select set_config('app.context', '', true)");
      await session.run("select app.enter_key($1, 'r', 'a')", [world.cast.theirKey.keyHash]);
      return session.run(titles);
    }),
    switching("entering with a session after a key, the context emptied between", async (world, session) => {
      await session.run("rollback; begin");
      await session.run("select app.enter_key($1, 'r', 'a')", [world.cast.ourKey.keyHash]);
      await session.run("select set_config('app.context', '', true)");
      await session.run(enterAs(world.them));
      return session.run(titles);
    }),
  ],
};
