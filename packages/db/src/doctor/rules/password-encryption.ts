import { serverSettingRule } from "../server-setting-rule.ts";

/** How new passwords are stored; those that there are only a superuser sees. */
export const passwordEncryption = serverSettingRule({
  id: "password-encryption",
  title: "New passwords of roles are stored as SCRAM verifiers",
  level: "warning",
  why: "An MD5 hash of a role's password is itself enough to sign in with, for whoever reads it in a backup.",
  setting: "password_encryption",
  safe: "scram-sha-256",
});
