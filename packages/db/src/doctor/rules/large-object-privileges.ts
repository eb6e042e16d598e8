import { serverSettingRule } from "../server-setting-rule.ts";

/** `lo_compat_privileges`, which only a superuser sets. */
export const largeObjectPrivileges = serverSettingRule({
  id: "large-object-privileges",
  title: "Large objects are guarded by their privileges",
  level: "error",
  why: "With lo_compat_privileges every role reads and writes every large object, whoever's it is: a place for one tenant to leave what another's request reads.",
  setting: "lo_compat_privileges",
  safe: "off",
});
