import { grantRule } from "../grant-rule.ts";

/** Of severalty_platform everything but reading, and changing some columns of tenants. */
export const grantPlatformWrite = grantRule({
  id: "grant-platform-write",
  title: "The role of the platform reads, and changes nothing but named columns of app.tenants",
  why: "A grant lets an administrator look at a tenant; what the platform changes there, it changes by functions that check it.",
  where: `g.grantee = 'severalty_platform' and g.privilege <> 'SELECT'
    and not (g.name = 'app.tenants' and g.privilege = 'UPDATE' and g.attname is not null and g.attname not in ('id', 'slug'))`,
});
