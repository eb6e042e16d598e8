import { flagsOf, roles } from "../../roles.ts";
import { values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const specs = Object.entries(roles).map(([name, spec]) => [
  name,
  String(spec.login),
  String(spec.inherit),
  String(spec.bypassRls),
  flagsOf(spec),
]);

/** LOGIN and INHERIT as specified, and BYPASSRLS where gate and migrator need it. */
export const roleFlags: Rule = {
  id: "role-flags",
  title: "Each role logs in, inherits and bypasses as its specification says",
  level: "error",
  why: "Owner and gate hold rights that nobody may log in with; gate and migrator without BYPASSRLS would see no row, and validate keys against none.",
  mender: "administrator",
  sql: `select spec.name as object, 'should be ' || concat_ws(', ',
      case when r.rolcanlogin <> spec.login::boolean then case when r.rolcanlogin then 'NOLOGIN' else 'LOGIN' end end,
      case when r.rolinherit <> spec.inherit::boolean then case when r.rolinherit then 'NOINHERIT' else 'INHERIT' end end,
      case when spec.bypasses::boolean and not r.rolbypassrls then 'BYPASSRLS' end) as detail,
      format('alter role %I %s', spec.name, spec.flags) as fix
    from ${values(specs, 5)} spec (name, login, inherit, bypasses, flags) join pg_roles r on r.rolname = spec.name
    where r.rolcanlogin <> spec.login::boolean or r.rolinherit <> spec.inherit::boolean
      or spec.bypasses::boolean and not r.rolbypassrls`,
};
