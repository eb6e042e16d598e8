/** Password of every login role on a test server, which listens on loopback and holds nothing. */
export const rolePassword = "test";

export const rolePasswords = {
  severalty_migrator: rolePassword,
  severalty_app: rolePassword,
  severalty_auth: rolePassword,
  severalty_platform: rolePassword,
  severalty_worker: rolePassword,
};
