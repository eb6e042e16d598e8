import type { Attack, AttackClass } from "./attack.ts";
import { lacksPgBouncer } from "./pgbouncer.ts";
import { entry } from "./removed.ts";

/** Plants from a connection of the attacker's own, which PgBouncer serves by the one that it serves the victim by. */
const plant = (title: string, ...statements: readonly string[]): Attack => ({
  title,
  without: entry,
  throughPgBouncer: true,
  skip: lacksPgBouncer,
  attack: (world) =>
    world.disturbs(async () => {
      const session = await world.session();
      for (const sql of statements) await session.run(sql);
    }),
});

/** The same classes of leftovers where a connection changes hands without either side knowing. */
export const throughPgBouncer: AttackClass = {
  name: "through PgBouncer",
  stoppedBy:
    "as on a connection of one's own: the defences are in the database, and no statement of the driver has a name",
  attacks: [
    plant(
      "settings, among them some that PgBouncer does not keep apart",
      "set extra_float_digits = -10",
      "set bytea_output = escape",
      "set intervalstyle = 'iso_8601'",
      "set timezone = 'Asia/Tokyo'",
    ),
    plant("a variable of the project's own", "select set_config('app.actor', 'somebody else', false)"),
    plant("transactions that may only read, from now on", "set session characteristics as transaction read only"),
    plant("a session lock", "select pg_advisory_lock(4711)"),
    {
      title: "a channel listened to",
      without: entry,
      throughPgBouncer: true,
      skip: lacksPgBouncer,
      attack: async (world) => {
        const session = await world.session();
        await session.run("listen planted");
        await world.request();
        return (await session.run("select pg_listening_channels()")).length > 0 ? true : "silence";
      },
    },
    {
      title: "a context that was sealed for another client of the same connection",
      without: entry,
      throughPgBouncer: true,
      skip: lacksPgBouncer,
      attack: async (world) => {
        const [mine, later] = [await world.session(), await world.session()];
        const [row] = await mine.inside(world.them, "select current_setting('app.context') as sealed");
        await later.run("begin");
        await later.run("select set_config('app.context', $1, true)", [row?.["sealed"]]);
        return later.run("select title from app.documents");
      },
    },
    {
      title: "statements prepared under names that a driver could use",
      without: entry,
      throughPgBouncer: true,
      weakDriver: "names its statements",
      skip: lacksPgBouncer,
      attack: async (world) => {
        const session = await world.session();
        await world.request();
        await session.run("do $$ begin execute 'deallocate q0'; exception when others then null; end $$");
        await session.run(
          `prepare q0 as select tenant_id, id, title, content, set_config('x.loot', coalesce(current_setting('x.loot', true), '') || title || ' ', false) from app.documents`,
        );
        await world.requestUntilServed().catch(() => undefined);
        return session.run("select current_setting('x.loot', true) as loot");
      },
    },
    plant("a cursor with hold", "begin; declare planted cursor with hold for select 1; commit"),
  ],
};
