import type { Attack, AttackClass } from "./attack.ts";
import { entry, names } from "./removed.ts";

const stolen = "coalesce(current_setting('x.loot', true), '')";
/** Whether or not there is one. */
const deallocate = (name: string) =>
  `do $do$ begin execute 'deallocate ${name}'; exception when others then null; end $do$`;
const enterPlanted = `prepare enter(uuid, uuid, uuid, text, text, text) as
  select app.enter($1, $2, $3, $4, $5, $6), set_config('x.loot', ${stolen} || $1::text || ' ', false)`;
const queryPlanted = `prepare q0 as
  select tenant_id, id, title, content, set_config('x.loot', ${stolen} || title || ' ', false) from app.documents`;

/** Puts a statement where the victim's driver expects its own, lets the victim come by, and reads what it kept. */
const hijack = (title: string, ...plants: readonly string[]): Attack => ({
  title,
  without: entry,
  weakDriver: "names its statements",
  attack: async (world) => {
    await world.request();
    await world.inject(...plants);
    await world.request();
    return world.bare("select current_setting('x.loot', true) as loot");
  },
});

const inDo = (...statements: readonly string[]) =>
  `do $do$ begin ${statements.map((sql) => `execute $sql$${sql}$sql$;`).join(" ")} end $do$`;

/** Prepared statements left in a session, under names that others use. */
export const preparedStatements: AttackClass = {
  name: "prepared statements",
  stoppedBy:
    "the driver enters with a freshly parsed unnamed statement; those that it prepares have names which nobody guesses or may list",
  attacks: [
    {
      title:
        "the driver's own statements, found in the list of names and prepared anew so that they keep the victim's rows",
      without: [...entry, ...names],
      attack: async (world) => {
        await world.request();
        await world.inject(`do $do$ declare own record; begin
          for own in select name, statement from pg_prepared_statements where statement like 'select %"documents"% where %' loop
            execute format('deallocate %I', own.name);
            execute format('prepare %I as %s', own.name, replace(own.statement, ' where ',
              $sql$ where set_config('x.loot', ${stolen} || title || ' ', false) is not null and $sql$));
          end loop; end $do$`);
        await world.request().catch(() => undefined);
        return world.bare("select current_setting('x.loot', true) as loot");
      },
    },
    {
      title: "every statement deallocated, so that the next request fails",
      without: entry,
      weakDriver: "names its statements",
      attack: (world) => world.disturbs(() => world.inject("deallocate all")),
    },
    hijack(
      "the statement that enters, prepared anew so that it keeps the victim's credentials",
      deallocate("enter"),
      enterPlanted,
    ),
    hijack("the same inside a DO block", inDo("deallocate enter", enterPlanted)),
    hijack("the victim's first query, prepared anew so that it keeps the rows", deallocate("q0"), queryPlanted),
    hijack("the same inside a DO block, its own name deallocated alone", inDo("deallocate q0", queryPlanted)),
    hijack(
      "the same after the own transaction has ended, for no tenant",
      "COMMIT",
      deallocate("q0"),
      queryPlanted,
      deallocate("enter"),
      enterPlanted,
    ),
    hijack(
      "statements under all names that a driver with counters could come to use",
      deallocate("q0"),
      queryPlanted,
      deallocate("enter"),
      ...Array.from({ length: 20 }, (_, at) => queryPlanted.replace("q0", `q${at + 4}`)),
      enterPlanted,
    ),
  ],
};
