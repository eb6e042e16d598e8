import type { Client } from "pg";
import { rowsOf } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";

const posture = "packages/db/test/posture-roles.test.ts";
const flags = ["bypassrls", "inherit", "createrole", "createdb", "replication", "superuser"];

/** Flags, memberships and settings of the server's roles; each with what takes it back, because databases share roles. */
export const roleMutants = async (admin: Client): Promise<Mutant[]> => {
  const roles = await rowsOf<{ name: string; isLogin: boolean; settings: string[] }>(
    admin,
    `select rolname::text as name, rolcanlogin as "isLogin", coalesce(rolconfig, '{}') as settings from pg_roles
     where rolname like 'severalty\\_%' and rolname <> 'severalty_migrator' order by 1`,
  );
  const lenders = await rowsOf<{ name: string }>(
    admin,
    "select rolname::text as name from pg_roles where rolname like 'pg\\_%' or rolname like 'severalty\\_%' order by 1",
  );
  const mutants: Mutant[] = [];
  const add = (kind: string, what: string, sql: string, undo: string) =>
    mutants.push({ id: `${kind}:${what}`, kind, what, sql, undo, words: ["roles"], first: [posture], isPosture: true });
  for (const { name, isLogin, settings } of roles) {
    const given = isLogin ? flags : [...flags.filter((flag) => flag !== "inherit"), "login"];
    const has = await flagsOf(admin, name);
    for (const flag of given)
      if (!has.has(flag))
        add("role flag", `${name} ${flag}`, `alter role ${name} ${flag}`, `alter role ${name} no${flag}`);
    for (const setting of settings) {
      const [key = "", value = ""] = setting.split("=");
      add(
        "role setting",
        `${name} without ${key}`,
        `alter role ${name} reset ${key}`,
        `alter role ${name} set ${key} = '${value}'`,
      );
    }
    if (!isLogin) continue;
    for (const { name: lender } of lenders) {
      if (lender === name || lender === "pg_database_owner") continue;
      add("role membership", `${name} in ${lender}`, `grant ${lender} to ${name}`, `revoke ${lender} from ${name}`);
    }
  }
  return mutants;
};

const flagsOf = async (admin: Client, role: string): Promise<ReadonlySet<string>> => {
  const [row] = await rowsOf<Record<string, boolean>>(
    admin,
    `select rolbypassrls as bypassrls, rolinherit as inherit, rolcreaterole as createrole, rolcreatedb as createdb,
       rolreplication as replication, rolsuper as superuser, rolcanlogin as login from pg_roles where rolname = '${role}'`,
  );
  return new Set(Object.entries(row ?? {}).flatMap(([flag, isSet]) => (isSet ? [flag] : [])));
};
