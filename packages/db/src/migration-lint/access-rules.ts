import { eachStatement, type Rule } from "./rule.ts";

export const noRestrictivePolicy: Rule = {
  name: "no-restrictive-policy",
  reason: "RESTRICTIVE policies become PERMISSIVE on the shards of Citus: what should narrow would widen.",
  mend: "Say it in the one permissive policy of the role, or as a CHECK.",
  find: eachStatement((sql) => (/^create policy .* as restrictive /.test(sql) ? "a restrictive policy" : undefined)),
};

export const noSubSelectInPolicy: Rule = {
  name: "no-sub-select-in-policy",
  reason: "A sub-select runs under policies of its own, once per row at worst, and Citus refuses it.",
  mend: "Compare columns with values of the sealed context, such as app.tenant_id().",
  find: eachStatement((sql) =>
    /^(?:create|alter) policy .*\bselect\b/.test(sql) ? "a policy with a sub-select" : undefined,
  ),
};

export const noDefaultPrivileges: Rule = {
  name: "no-default-privileges",
  reason: "What a future table is granted would then be decided here, where nobody who reviews that table looks.",
  mend: "Grant on each table by name, in the migration that creates it.",
  find: eachStatement((sql) => (sql.startsWith("alter default privileges") ? "default privileges" : undefined)),
};

export const noBlanketGrant: Rule = {
  name: "no-blanket-grant",
  reason:
    "ALL includes TRUNCATE, which no row-level security holds back, and ALL TABLES includes those that are nobody's business.",
  mend: "Name each privilege, of select, insert, update and delete, and each table.",
  find: eachStatement((sql) => {
    if (/^grant (?:[\w, ]*\btruncate\b)/.test(sql)) return "a grant of TRUNCATE";
    if (/^grant all\b/.test(sql)) return "a grant of ALL";
    return /^grant .* on all \w+ in schema/.test(sql) ? "a grant on a whole schema" : undefined;
  }),
};

export const invokerView: Rule = {
  name: "invoker-view",
  reason: "A view reads as its owner unless it says otherwise, and the owner is not the tenant who asks.",
  mend: "Write `create view … with (security_invoker = true) as …`; a materialized view cannot, so use a table.",
  find: eachStatement((sql) => {
    if (sql.startsWith("create materialized view ")) return "a materialized view";
    if (!/^create (?:or replace )?(?:recursive )?view /.test(sql)) return undefined;
    return /^[^;]*? with \(security_invoker(?: ?= ?(?:true|on|1))?\) as /.test(sql)
      ? undefined
      : "a view without security_invoker";
  }),
};

export const definerSearchPath: Rule = {
  name: "definer-search-path",
  reason:
    "A SECURITY DEFINER function with the caller's search_path runs the caller's tables and operators with its owner's rights.",
  mend: "Add `set search_path = pg_catalog, pg_temp`, and qualify every name in the body.",
  find: eachStatement((sql) =>
    /^(?:create|alter) .*\bsecurity definer\b/.test(sql) && !/ set search_path (?:=|to) pg_catalog, pg_temp\b/.test(sql)
      ? "security definer without the fixed search_path"
      : undefined,
  ),
};
