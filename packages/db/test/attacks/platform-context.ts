import type { Attack, AttackClass } from "./attack.ts";
import { anyRow, enterBy, enterForUs, loot } from "./operator.ts";
import { platformEntry, platformSeal, seal } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

const lowest = "00000000-0000-0000-0000-000000000000";
const highest = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const names = "select name from app.tenants";

const sealedBy = async (session: Session): Promise<string> => {
  const [row] = await session.run("select current_setting('app.platform') as sealed");
  return String(row?.["sealed"]);
};
const put = (session: Session, sealed: string, isLocal = true) =>
  session.run("select set_config('app.platform', $1, $2)", [sealed, isLocal]);

/** Enters by the grant for one tenant, has the grant ended, and goes on as if it were not. */
const replay = (
  title: string,
  attempt: (world: World, session: Session, sealed: string) => Promise<true | string>,
): Attack => ({
  title,
  without: platformEntry,
  attack: async (world) => {
    const session = await enterBy(world, "forUs");
    const sealed = await sealedBy(session);
    await session.run("commit");
    const end = (at: string) =>
      world.admin.query(`update app.access_grants set ended_at = ${at} where id = $1`, [world.cast.accessGrants.forUs]);
    await end("now()");
    try {
      return await attempt(world, session, sealed);
    } finally {
      await end("null");
    }
  },
});

/** Contexts of the platform that no function has sealed, or that were sealed for something else. */
export const platformContext: AttackClass = {
  name: "platform context",
  stoppedBy:
    "app.granted_first() and app.granted_last() answer for a valid seal of their own kind, of this transaction, until the grant's end",
  attacks: [
    {
      title: "one written by hand, for every tenant",
      without: platformSeal,
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const { userId, sessionId } = world.cast.operator;
        await session.run("begin");
        await session.run("select pg_current_xact_id()");
        const fields = [lowest, userId, sessionId, "platform", highest, "r", "a", world.ghost(), "9999999999"];
        await put(session, `${fields.join("|")}|${"0".repeat(64)}`);
        return loot(session);
      },
    },
    {
      title: "one that was sealed for the own tenant, with the other in its place",
      without: platformSeal,
      attack: async (world) => {
        const session = await enterBy(world, "forUs");
        await put(session, (await sealedBy(session)).replaceAll(world.us.tenantId, world.them.tenantId));
        return loot(session);
      },
    },
    {
      title: "one that was sealed for the own tenant, its last tenant the highest there is",
      without: platformSeal,
      attack: async (world) => {
        const session = await enterBy(world, "forUs");
        await put(session, (await sealedBy(session)).replace(`|platform|${world.us.tenantId}`, `|platform|${highest}`));
        return loot(session);
      },
    },
    {
      title: "a longer end, hidden with other fields in the id of the request",
      without: platformEntry,
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const { operator, accessGrants } = world.cast;
        await session.run("begin");
        await session.run("select app.enter_platform($1, $2, $3, null, 'r|a|g|9999999999', 'a', null)", [
          operator.sessionId,
          operator.userId,
          accessGrants.forUs,
        ]);
        const fields = (await sealedBy(session)).split("|");
        return fields[8] === "9999999999" ? anyRow(await session.run(names)) : "its end is its own";
      },
    },
    replay("a saved one in a later transaction, after its grant has ended", async (_, session, sealed) => {
      await session.run("begin");
      await session.run("select pg_current_xact_id()");
      await put(session, sealed);
      return anyRow(await session.run(names));
    }),
    replay("one that is kept in the session past its transaction", async (_, session, sealed) => {
      await put(session, sealed, false);
      return anyRow(await session.run(names));
    }),
    replay("a saved one in another backend", async (world, _, sealed) => {
      const other = await world.session("severalty_platform");
      await other.run("begin");
      await other.run("select pg_current_xact_id()");
      await put(other, sealed);
      return anyRow(await other.run(names));
    }),
    {
      title: "one that outlives COMMIT inside one simple message, in which now() stands still",
      without: platformEntry,
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const rows = await session.run(
          `begin; ${enterForUs(world)}; select set_config('app.saved', current_setting('app.platform'), false); commit;
           begin; select set_config('app.platform', current_setting('app.saved'), true); select name as after from app.tenants; commit`,
        );
        return anyRow(rows.filter((row) => "after" in row));
      },
    },
    {
      title: "one that outlives COMMIT inside a DO block",
      without: platformEntry,
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        await session.run(`do $$ declare saved text; begin
          perform * from (${enterForUs(world)}) entered;
          saved := current_setting('app.platform');
          commit;
          perform set_config('app.platform', saved, true);
          perform set_config('app.found', (select count(*)::text from app.tenants), false);
        end $$`);
        return anyRow(await session.run("select 1 where current_setting('app.found') <> '0'"));
      },
    },
    {
      title: "a tenant's seal, given to the platform's role",
      without: platformSeal.map((sql) => sql.replace("'|', 5", "'|', 1")),
      attack: async (world) => {
        const [own] = await world.ours("select current_setting('app.context') as sealed");
        const session = await world.session("severalty_platform");
        await session.run("begin");
        await session.run("select pg_current_xact_id()");
        await put(session, String(own?.["sealed"]));
        return anyRow(await session.run(names));
      },
    },
    {
      title: "the platform's seal, given to the server's role as a tenant's",
      without: [...platformEntry, ...seal],
      attack: async (world) => {
        const sealed = await sealedBy(await enterBy(world, "forUs"));
        const app = await world.session();
        await app.run("begin");
        await app.run("select pg_current_xact_id()");
        await app.run("select set_config('app.context', $1, true)", [sealed]);
        return anyRow(await app.run("select title from app.documents"));
      },
    },
    {
      title: "one that he has sealed for himself, by the function that seals",
      without: [
        "grant execute on function app.set_platform_context(uuid, uuid, uuid, uuid, uuid, timestamptz, text, text) to severalty_platform",
      ],
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const { userId, sessionId } = world.cast.operator;
        await session.run("begin");
        await session.run("select app.set_platform_context($1, $2, $3, $4, $5, now() + interval '1 hour', 'r', 'a')", [
          lowest,
          highest,
          userId,
          sessionId,
          world.ghost(),
        ]);
        return loot(session);
      },
    },
  ],
};
