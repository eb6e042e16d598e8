import type { Attack, AttackClass } from "./attack.ts";
import { creation, entry } from "./removed.ts";

/** Leaves something in the session that the victim's request would find there. */
const leave = (title: string, ...plants: readonly string[]): Attack => ({
  title,
  without: entry,
  attack: (world) => world.disturbs(() => world.inject(...plants)),
});

/** Cursors that outlive their transaction. */
export const heldCursors: AttackClass = {
  name: "cursors WITH HOLD",
  stoppedBy: "entering closes every cursor of the session",
  attacks: [
    leave(
      "a cursor with hold over the own rows",
      "declare planted cursor with hold for select title from app.documents",
    ),
    leave(
      "a cursor with hold, opened inside a DO block",
      "do $$ begin execute 'declare planted cursor with hold for select 1'; end $$",
    ),
    leave(
      "a binary scrollable cursor with hold, opened outside a transaction",
      "COMMIT",
      "declare planted binary scroll cursor with hold for select 1",
    ),
  ],
};

/** Subscribes, lets the victim come by, and looks whether the connection listens still. UNLISTEN takes effect at the victim's COMMIT. */
const subscribe = (title: string, ...plants: readonly string[]): Attack => ({
  title,
  without: entry,
  attack: async (world) => {
    await world.inject(...plants);
    await world.request();
    const channels = await world.bare("select pg_listening_channels() as channel");
    return channels.length > 0 ? true : "silence";
  },
});

/** Subscriptions that outlive their request. */
export const listening: AttackClass = {
  name: "LISTEN and NOTIFY",
  stoppedBy:
    "entering stops listening; nothing in the project listens or notifies, so that there is nothing to forge or to hear",
  attacks: [
    subscribe("a channel listened to", "listen planted"),
    subscribe("a channel listened to, by a DO block", "do $$ begin execute 'listen planted'; end $$"),
    subscribe("a channel listened to, outside a transaction", "COMMIT", "listen planted"),
    {
      title: "everything that the victim's requests and the triggers on his rows notify of",
      without: [
        `create function app.tell() returns trigger language plpgsql as $$ begin perform pg_notify('documents', old.title); return null; end $$`,
        `create trigger tell after update on app.documents for each row execute function app.tell()`,
      ],
      victimWrites: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run("listen documents; listen app; listen events; listen tenants");
        await world.admin.query("update app.documents set updated_at = updated_at where id = $1", [
          world.them.documentId,
        ]);
        await session.run("select 1");
        return session.heard;
      },
    },
  ],
};

/** Locks that outlive their transaction. */
export const sessionLocks: AttackClass = {
  name: "session advisory locks",
  stoppedBy: "entering releases every session lock of the connection",
  attacks: [
    leave("a session lock", "select pg_advisory_lock(4711)"),
    leave(
      "a shared session lock, taken twice",
      "select pg_advisory_lock_shared(1, 2)",
      "select pg_advisory_lock_shared(1, 2)",
    ),
    leave(
      "a session lock, taken by a DO block that commits",
      "COMMIT",
      "do $$ begin perform pg_advisory_lock(4712); commit; end $$",
    ),
  ],
};

const temporary = (title: string, ...plants: readonly string[]): Attack => ({
  ...leave(title, ...plants),
  without: [...entry, ...creation],
});

/** Objects that live as long as the session, in a schema that is searched first. */
export const temporaryObjects: AttackClass = {
  name: "temporary objects",
  stoppedBy: "no role of the server may make temporary tables; entering refuses a session that has any",
  attacks: [
    temporary(
      "a temporary table with the name of the victim's",
      "create temporary table documents (id uuid, title text)",
    ),
    temporary(
      "a temporary view over a catalog, found before it",
      "create temporary view pg_settings as select 'x' as name, 'y' as setting",
    ),
    temporary("a temporary sequence, by a DO block", "do $$ begin create temporary sequence planted; end $$"),
    temporary(
      "a function in the temporary schema",
      "create function pg_temp.planted() returns int language sql as 'select 1'",
    ),
    temporary("a type in the temporary schema", "create domain pg_temp.planted as text"),
  ],
};

/** Blocks that do in one statement what the driver would see as many. */
export const doBlocks: AttackClass = {
  name: "DO blocks",
  stoppedBy:
    "what a block leaves in the session is reset or refused as what a statement leaves; what it catches tells no more than it would have told",
  attacks: [
    leave(
      "settings set by a block",
      "do $$ begin set session timezone = 'Asia/Tokyo'; perform set_config('datestyle', 'German', false); end $$",
    ),
    leave(
      "settings set by a block after a COMMIT of its own",
      "COMMIT",
      "do $$ begin commit; set session timezone = 'Asia/Tokyo'; commit; end $$",
    ),
    {
      title: "a refused insert's diagnostics, caught and read",
      without: ["do $$ begin execute 'alter table app.documents disable row level security'; end $$"],
      attack: async (world) => {
        const session = await world.session();
        const told = async (id: string) => {
          await session.inside(
            world.us,
            `do $$ declare told text; begin
              insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
                values ('${world.them.tenantId}', '${id}', '${world.them.userId}', 'x', 'x', repeat('0', 64), now(), now());
              raise exception 'inserted';
            exception when others then get stacked diagnostics told = pg_exception_detail;
              perform set_config('x.told', sqlstate || told, false);
            end $$`,
          );
          const [row] = await session.run("select current_setting('x.told') as told");
          return String(row?.["told"]).replaceAll(id, "the id");
        };
        return (await told(world.them.documentId)) === (await told(world.ghost())) ? "both alike" : true;
      },
    },
  ],
};

/** Connections that come back in a state in which nobody should have them. */
export const leftBehind: AttackClass = {
  name: "connection left by a crash",
  stoppedBy: "the driver hands out no connection that is not idle; a lost one is replaced",
  attacks: [
    {
      title: "a transaction left open with the attacker's tenant entered and a setting of its own",
      without: entry,
      weakDriver: "names its statements",
      attack: (world) =>
        world.disturbs(() => {
          const { sessionId, userId, tenantId, role } = world.us;
          return world.bare(
            "begin isolation level repeatable read",
            `select app.enter('${sessionId}', '${userId}', '${tenantId}', '${role}', 'r', 'a')`,
          );
        }),
    },
    {
      title: "a transaction left in the middle of an error",
      without: entry,
      weakDriver: "names its statements",
      attack: (world) => world.disturbs(() => world.bare("begin", "select 1/0").catch(() => undefined)),
    },
    {
      title: "a write left uncommitted, for the victim's COMMIT to make it last",
      without: entry,
      weakDriver: "names its statements",
      attack: async (world) => {
        const { sessionId, userId, tenantId, role } = world.us;
        await world.bare(
          "begin",
          `select app.enter('${sessionId}', '${userId}', '${tenantId}', '${role}', 'r', 'a')`,
          `insert into app.teams (tenant_id, id, name, created_at, updated_at) values ('${tenantId}', gen_random_uuid(), 'left', now(), now())`,
        );
        await world.request();
        const { rowCount } = await world.admin.query("delete from app.teams where name = 'left'");
        return rowCount === 1 ? true : "rolled back";
      },
    },
    {
      title: "a backend that ends while the attacker's transaction is open",
      without: entry,
      weakDriver: "names its statements",
      attack: (world) =>
        world.disturbs(() => world.inject("select pg_terminate_backend(pg_backend_pid())").catch(() => undefined)),
    },
  ],
};
