import { literal } from "./catalog.ts";
import type { Rule } from "./rule.ts";

/** A rule that a setting of the server, as this session has it, is the safe one; the view of settings is read only if it is not. */
export const serverSettingRule = ({
  setting,
  safe,
  ...rule
}: Pick<Rule, "id" | "title" | "level" | "why"> & { readonly setting: string; readonly safe: string }): Rule => ({
  ...rule,
  mender: "administrator",
  isLasting: true,
  sql: `select s.name as object, format('is %s, by %s', s.setting, s.source) as detail,
      case when s.source = 'session' then format('reset %I', s.name)
        else format(E'alter system set %I = %L;\\nselect pg_reload_conf();\\n-- %s', s.name, ${literal(safe)},
          case s.context when 'postmaster' then 'restart PostgreSQL as well'
            else 'what a role or a database sets is reset by alter role or alter database' end) end as fix
    from (select where current_setting(${literal(setting)}) <> ${literal(safe)}) unsafe, pg_settings s where s.name = ${literal(setting)}`,
});
