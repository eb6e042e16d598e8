import type { Attack, AttackClass } from "./attack.ts";
import { grants, seal } from "./removed.ts";
import type { World } from "./world.ts";

const mac = "0".repeat(64);

const fieldsOf = ({ them }: World, changes: Partial<World["them"]> = {}) => {
  const { tenantId, userId, sessionId, role } = { ...them, ...changes };
  return [tenantId, userId, sessionId, role, "", "request", "action"];
};

/** Reads with a context of his own making; of the victim he knows ids and not the session's. */
const reading = (title: string, forge: (world: World, sealed: string) => string): Attack => ({
  title,
  without: seal,
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    const [own] = await session
      .run("select app.enter($1, $2, $3, $4, 'r', 'a'), current_setting('app.context')", [
        world.us.sessionId,
        world.us.userId,
        world.us.tenantId,
        world.us.role,
      ])
      .then(() => session.run("select current_setting('app.context') as sealed"));
    await session.run("select set_config('app.context', $1, true)", [forge(world, String(own?.["sealed"]))]);
    return session.run("select title, content from app.documents");
  },
});

/** Writes with one. */
const writing = (title: string, sql: (world: World) => string): Attack => ({
  title,
  without: [...seal, ...grants("severalty_app")],
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    const forged = [...fieldsOf(world), mac].join("|");
    await session.run("select set_config('app.context', $1, true)", [forged]);
    await session.run(sql(world));
    return session.run("commit");
  },
});

/** Contexts that no gate function has sealed. */
export const forgedContext: AttackClass = {
  name: "forged context",
  stoppedBy: "app.tenant_id() answers for a valid seal alone, whose key no server role reads",
  attacks: [
    reading("a context written by hand, all fields true and the seal made up", (world) =>
      [...fieldsOf(world), mac].join("|"),
    ),
    reading("the tenant's id alone", ({ them }) => them.tenantId),
    reading("the tenant's id and a seal, the fields between left out", ({ them }) => `${them.tenantId}|${mac}`),
    reading("the own sealed context with the tenant's id exchanged", ({ us, them }, sealed) =>
      sealed.replace(us.tenantId, them.tenantId),
    ),
    reading(
      "the other tenant's id put before the own sealed context",
      ({ them }, sealed) => `${them.tenantId}|${sealed}`,
    ),
    reading(
      "the own seal cut short under the other tenant's fields",
      (world, sealed) => `${fieldsOf(world).join("|")}|${sealed.slice(-64, -1)}`,
    ),
    reading(
      "the own seal lengthened under the other tenant's fields",
      (world, sealed) => `${fieldsOf(world).join("|")}|${sealed.slice(-64)}0`,
    ),
    reading("more fields than there are, bars in them", (world) =>
      [...fieldsOf(world), "", "|", world.us.tenantId, mac].join("|"),
    ),
    reading(
      "control characters, letters of several bytes and a number too long for the fields",
      ({ them }) => `${them.tenantId}|\u0001\u007f\u00e9\u{1f600}|${"9".repeat(10_000)}|${mac}`,
    ),
    {
      title: "a forged context set for the session before any transaction begins",
      without: seal,
      attack: async (world) => {
        const session = await world.session();
        await session.run("select set_config('app.context', $1, false)", [[...fieldsOf(world), mac].join("|")]);
        return session.run("select title from app.documents");
      },
    },
    {
      title: "a forged context that the connection string brings along",
      without: seal,
      attack: async (world) => {
        const url = new URL(world.database.url("severalty_app"));
        url.searchParams.set("options", `-c app.context=${[...fieldsOf(world), mac].join("|")}`);
        const session = await world.session("severalty_app", url.href);
        return session.run("select title from app.documents");
      },
    },
    writing(
      "an insert under a forged context",
      ({ them }) => `insert into app.teams (tenant_id, id, name, created_at, updated_at)
        values ('${them.tenantId}', gen_random_uuid(), 'planted', now(), now())`,
    ),
    writing("an update under a forged context", () => `update app.documents set title = 'taken over'`),
    writing(
      "a delete under a forged context",
      ({ them }) => `delete from app.documents where id = '${them.documentId}'`,
    ),
  ],
};
