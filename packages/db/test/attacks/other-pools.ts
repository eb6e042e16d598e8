import { Pool } from "pg";
import { createOrm, poolOf } from "../../src/orm.ts";
import { errorWord } from "../../src/testing/outcome.ts";
import { withPlatform } from "../../src/platform/with-platform.ts";
import type { Attack, AttackClass } from "./attack.ts";
import { leftovers, settings } from "./pooled.ts";
import { platformEntry } from "./removed.ts";
import type { World } from "./world.ts";

const listening = "select pg_listening_channels() as channel";

/** What a session may carry from one request to the next. */
const carried = [settings, leftovers];

/** Each is one plant. */
const plants: Readonly<Record<string, readonly string[]>> = {
  "settings that change an answer": [
    "set extra_float_digits = -10",
    "set bytea_output = 'escape'",
    "set datestyle = 'SQL, DMY'",
    "set timezone = 'Asia/Tokyo'",
    "set transform_null_equals = on",
  ],
  "a search_path": ["set search_path = public, pg_catalog"],
  "a variable of the project's own": ["select set_config('app.actor', 'somebody else', false)"],
  "a cursor with hold": ["declare planted cursor with hold for select 1"],
  "a session lock": ["select pg_advisory_lock(4711)"],
};

/** The one connection that the calls of two administrators take turns on. */
const administrators = async (world: World) => {
  const orm = await createOrm({
    url: world.database.url("severalty_platform"),
    applicationName: "severalty-attacked",
    poolMin: 0,
    poolMax: 1,
  });
  const { colleague, operator, accessGrants } = world.cast;
  const call = { about: null, requestId: "request-1", action: "platform.tenants.list" };
  return {
    inject: (sql: string) =>
      withPlatform(orm.em, operator, { ...call, grantId: accessGrants.forUs }, (em) => em.execute(sql)),
    bare: (sql: string) => orm.em.fork().execute<Record<string, unknown>[]>(sql),
    request: () =>
      withPlatform(orm.em, colleague, { ...call, grantId: accessGrants.colleagues }, async (em) => {
        const answers: unknown[] = [];
        for (const sql of ["select id, name, slug, created_at from app.tenants order by id", ...carried])
          answers.push(await em.execute(sql));
        return JSON.stringify(answers);
      }),
    [Symbol.asyncDispose]: () => orm.close(),
  };
};

/** What an administrator leaves in the connection that another's call is served by. */
export const platformPool: AttackClass = {
  name: "severalty_platform's pool",
  stoppedBy: "app.enter_platform begins with a clean session, as every way in; the context is the transaction's",
  attacks: [
    ...Object.entries(plants).map(([what, statements]): Attack => ({
      title: `${what}, left for another administrator's call`,
      without: platformEntry,
      attack: async (world) => {
        await using pool = await administrators(world);
        const before = await pool.request();
        for (const sql of statements) await pool.inject(sql);
        return (await pool.request()) === before ? "nothing" : true;
      },
    })),
    {
      title: "a channel that is listened to beyond another administrator's call",
      without: platformEntry,
      attack: async (world) => {
        await using pool = await administrators(world);
        await pool.inject("listen planted");
        await pool.request();
        return (await pool.bare(listening)).length > 0 ? true : "silence";
      },
    },
    {
      title: "the context that another administrator's call has left",
      without: platformEntry.map((sql) => sql.replace("repeat('0', 64)), true)", "repeat('0', 64)), false)")),
      attack: async (world) => {
        await using pool = await administrators(world);
        await pool.request();
        const left = JSON.stringify(await pool.bare("select current_setting('app.platform', true) as left"));
        return left.includes(world.cast.colleague.sessionId) ? true : left;
      },
    },
  ],
};

/** The sign-in role's one connection: as the server has it, or through a pool that resets nothing. */
const signIn = async (world: World): Promise<{ pool: Pool; close: () => Promise<unknown> }> => {
  const url = world.database.url("severalty_auth");
  if (world.isWeak) {
    const pool = new Pool({ connectionString: url, max: 1 });
    return { pool, close: () => pool.end() };
  }
  const orm = await createOrm({ url, applicationName: "severalty-attacked", poolMin: 0, poolMax: 1 });
  return { pool: await poolOf(orm), close: () => orm.close() };
};

/** What SQL of his own leaves in the connection by which the next person signs in. */
export const authPool: AttackClass = {
  name: "severalty_auth's pool",
  stoppedBy:
    "its transactions begin with no entry, so the driver resets the session (DISCARD ALL) when the connection is given back",
  attacks: Object.entries({
    ...plants,
    "a prepared statement": ["prepare planted as values (1)"],
    "a channel listened to": ["listen planted"],
  }).map(([what, statements]) => ({
    title: `${what}, left for the next person's sign-in`,
    without: [],
    weakDriver: "resets nothing",
    attack: async (world) => {
      const { pool, close } = await signIn(world);
      const request = async () => {
        const answers: unknown[] = [];
        for (const sql of [...carried, listening]) answers.push((await pool.query(sql)).rows);
        const executed = pool.query<object>("execute planted").then(({ rows }) => rows.length);
        answers.push(await executed.catch(errorWord));
        const { rows } = await pool.query("select * from auth.memberships($1)", [world.them.identityId]);
        return JSON.stringify([rows.length, answers]);
      };
      try {
        const before = await request();
        for (const sql of statements) await pool.query(sql);
        return (await request()) === before ? "nothing" : true;
      } finally {
        await close();
      }
    },
  })),
};
