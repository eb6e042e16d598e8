import type { AttackClass } from "./attack.ts";
import { entry } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

interface Setting {
  readonly name: string;
  readonly setting: string;
  readonly type: string;
  readonly low: string | null;
  readonly high: string | null;
  readonly words: string[] | null;
}

/** Everything that the role may set for its session, from the catalog. */
const settable = async (session: Session): Promise<Setting[]> =>
  (await session.run(
    `select name, setting, vartype as type, min_val as low, max_val as high, enumvals as words from pg_settings
     where context = 'user' and name not in (${untouched.map((name) => `'${name}'`).join(", ")}) order by name`,
  )) as unknown as Setting[];

/** Not the session's state: seeds and what a transaction alone has; and a library that is not there, for want of which nobody connects. */
const untouched = [
  "seed",
  "transaction_isolation",
  "transaction_read_only",
  "transaction_deferrable",
  "local_preload_libraries",
];

/** Texts that a setting takes, where not any will do. */
const texts: Record<string, string> = {
  client_encoding: "SQL_ASCII",
  DateStyle: "German, DMY",
  TimeZone: "Asia/Tokyo",
  timezone_abbreviations: "India",
  IntervalStyle: "iso_8601",
  default_text_search_config: "pg_catalog.german",
  default_tablespace: "pg_default",
  temp_tablespaces: "pg_default",
  default_table_access_method: "heap",
  default_toast_compression: "pglz",
  search_path: "public, app",
  lc_messages: "C",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
  role: "none",
  session_authorization: "severalty_app",
  application_name: "planted",
  restrict_nonsystem_relation_kind: "view",
  createrole_self_grant: "set",
};

/** A value that a setting does not have. */
const other = ({ name, setting, type, low, high, words }: Setting): string => {
  if (texts[name] !== undefined) return texts[name];
  if (type === "bool") return setting === "on" ? "off" : "on";
  if (type === "enum") return words?.find((word) => word !== setting) ?? setting;
  if (type === "string") return "planted";
  // Limits that would end the request are not what is to be shown: long ones are as different.
  if (name.endsWith("timeout")) return "3600000";
  return [low, high].find((value) => value !== null && Number(value) !== Number(setting)) ?? setting;
};

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Sets all that it can, and says which. */
const plantAll = async (world: World, sql: (name: string, value: string) => string): Promise<string[]> => {
  const session = await world.session();
  const made: string[] = [];
  for (const setting of await settable(session)) {
    const statement = sql(setting.name, quoted(other(setting)));
    const isTaken = await session.run(`begin; ${statement}; rollback`).then(
      () => true,
      async () => {
        await session.run("rollback");
        return false;
      },
    );
    if (isTaken) made.push(statement);
  }
  return made;
};

const set = (name: string, value: string) => `set session "${name}" = ${value}`;

/** Settings that the attacker leaves for whoever comes next. */
export const settingsPlanted: AttackClass = {
  name: "settings planted",
  stoppedBy:
    "entering resets every setting of the session and pins those that change an answer, whatever the role's own are",
  attacks: [
    {
      title: "every setting that the role may set, from the catalog, set for the session, all at once",
      without: entry,
      attack: async (world) => {
        const statements = await plantAll(world, set);
        if (statements.length < 100) throw new Error(`only ${statements.length} settings could be set`);
        return world.disturbs(() => world.inject(...statements, "commit"));
      },
    },
    {
      title: "every setting that the role may set, one by one",
      without: entry,
      attack: async (world) => {
        // Those that shape what is read or written; how a plan is made changes no answer, and is in the list above.
        const shaping =
          /style|timezone|float|bytea|conforming|escape|isolation|read_only|deferrable|search_path|row_security|xml|null|timeout|encoding|role|triggers|lc_/i;
        for (const statement of (await plantAll(world, set)).filter((sql) => shaping.test(sql)))
          if ((await world.disturbs(() => world.inject(statement))) === true) return true;
        return "nothing felt";
      },
    },
    {
      title: "a time zone, a date style and the float digits set after the own transaction has ended",
      without: entry,
      attack: (world) =>
        world.disturbs(() =>
          world.inject(
            "COMMIT",
            "set timezone = 'Asia/Tokyo'",
            "set datestyle = 'German'",
            "set extra_float_digits = -15",
          ),
        ),
    },
    {
      title: "read-only, serializable transactions for the session's rest",
      without: entry,
      attack: (world) =>
        world.disturbs(() =>
          world.inject("set session characteristics as transaction isolation level serializable, read only"),
        ),
    },
    {
      title: "an isolation level for the session's rest",
      without: entry,
      attack: (world) =>
        world.disturbs(() =>
          world.inject("set session characteristics as transaction isolation level repeatable read"),
        ),
    },
    {
      title: "a variable of the project's own that the code might read",
      without: entry,
      attack: (world) => world.disturbs(() => world.inject("select set_config('app.actor', 'somebody else', false)")),
    },
    {
      title: "row_security off, so that policies raise errors which tell of rows",
      without: entry,
      attack: (world) => world.disturbs(() => world.inject("set row_security = off")),
    },
    {
      title: "settings of the role in this database, for every connection opened from now on",
      without: entry,
      isAlone: true,
      attack: async (world) => {
        await world.request();
        const session = await world.session();
        const [name] = await session.run("select quote_ident(current_database()) as name");
        const alter = `alter role severalty_app in database ${String(name?.["name"])}`;
        try {
          return await world.disturbsAnew(() =>
            session.run(`${alter} set timezone = 'Asia/Tokyo'; ${alter} set search_path = public`),
          );
        } finally {
          await world.admin.query(`${alter} reset all`);
        }
      },
    },
    {
      title: "every setting that the role may set, from the catalog, as settings of the role in this database",
      without: entry,
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        const [name] = await session.run("select quote_ident(current_database()) as name");
        const alter = `alter role severalty_app in database ${String(name?.["name"])}`;
        const statements = await plantAll(world, (setting, value) => `${alter} set "${setting}" = ${value}`);
        if (statements.length < 100) throw new Error(`only ${statements.length} settings could be set`);
        // With row_security off every request fails, and no answer can be compared.
        const answerable = statements.filter((sql) => !sql.includes("row_security"));
        try {
          return await world.disturbsAnew(() => session.run(answerable.join("; ")));
        } finally {
          await world.admin.query(`${alter} reset all`);
        }
      },
    },
  ],
};
