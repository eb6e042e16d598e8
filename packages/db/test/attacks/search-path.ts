import type { AttackClass } from "./attack.ts";
import { creation, entry } from "./removed.ts";

/** A schema with a place for loot, and a search path that puts it before everything. */
const plantSchema = (schema: string, ...objects: readonly string[]) => [
  "COMMIT",
  `create schema ${schema}`,
  `create table ${schema}.loot (text text)`,
  ...objects,
  `set search_path = ${schema}, pg_catalog`,
];

const grab = (schema: string) => `insert into ${schema}.loot select title || ' ' || content from app.documents`;

/** Objects that stand where the victim's statements look for others. */
export const searchPath: AttackClass = {
  name: "search_path and objects",
  stoppedBy: "no role of the server creates anything; entering resets search_path; every gate function has its own",
  attacks: [
    {
      title: "an operator = of his own, before PostgreSQL's in the search path, run by the victim's next query",
      without: [...entry, ...creation],
      attack: async (world) => {
        await world.inject(
          ...plantSchema(
            "evil_operator",
            `create function evil_operator.same(uuid, uuid) returns boolean language plpgsql as $$ begin
              ${grab("evil_operator")}; return $1 operator(pg_catalog.=) $2; end $$`,
            `create operator evil_operator.= (leftarg = uuid, rightarg = uuid, function = evil_operator.same)`,
          ),
        );
        await world.request();
        return world.inject("select text from evil_operator.loot");
      },
    },
    {
      title: "a function of his own with the name of a built-in one, run by the victim's next query",
      without: [...entry, ...creation],
      attack: async (world) => {
        await world.inject(
          ...plantSchema(
            "evil_function",
            `create function evil_function.current_setting(text, boolean) returns text language plpgsql as $$ begin
              ${grab("evil_function")}; return pg_catalog.current_setting($1, $2); end $$`,
          ),
        );
        await world.request();
        return world.inject("select text from evil_function.loot");
      },
    },
    {
      title: "a table of his own with the name of a catalog, read by the victim's next query",
      without: [...entry, ...creation],
      attack: (world) =>
        world.disturbs(() =>
          world.inject(
            ...plantSchema(
              "evil_catalog",
              "create view evil_catalog.pg_settings as select 'planted' as name, 'x' as setting",
            ),
          ),
        ),
    },
    {
      title: "a function in a schema of the project's, chosen over the project's own for its arguments",
      without: [...entry, ...creation],
      isAlone: true,
      attack: async (world) => {
        await world.request();
        const session = await world.session();
        await session.run("create table app.loot (text text)");
        // Parameters come without a type, and of two candidates PostgreSQL prefers the one that takes text.
        await session.run(`create function app.enter(text, text, text, text, text, text) returns void language plpgsql as $$ begin
          insert into app.loot values ($1); end $$`);
        await world.request().catch(() => undefined);
        return session.run("select text from app.loot");
      },
    },
    {
      title: "the gate's functions made anew by whoever may create in their schema",
      without: [
        ...entry,
        ...creation,
        "alter function app.enter(uuid, uuid, uuid, text, text, text) owner to severalty_app",
      ],
      isAlone: true,
      attack: async (world) => {
        await world.ours(
          "create table app.loot (text text)",
          `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
            returns void language plpgsql as $$ begin insert into app.loot values (session); end $$`,
        );
        await world.request();
        const session = await world.session();
        return session.run("select text from app.loot");
      },
    },
  ],
};
