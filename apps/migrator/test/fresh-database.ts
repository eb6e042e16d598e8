import { randomBytes } from "node:crypto";
import { asAdmin } from "@severalty/db/provision";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { withCredentials, withDatabase } from "@severalty/postgres/url";
import { inject } from "vitest";

export interface FreshDatabase extends AsyncDisposable {
  readonly adminUrl: string;
  /** Settings with which the migrator makes the database and migrates it. */
  readonly env: Readonly<Record<string, string>>;
  /** Rows of a query by the superuser. */
  readonly rows: (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;
}

/** A database that does not exist yet, on the test server; dropped when it is disposed. */
export const makeFreshDatabase = (): FreshDatabase => {
  const name = `fresh_${randomBytes(8).toString("hex")}`;
  const adminUrl = withDatabase(inject("adminUrl"), name);
  return {
    adminUrl,
    env: {
      ENVIRONMENT: "test",
      ADMIN_DATABASE_URL: adminUrl,
      DATABASE_URL: withCredentials(adminUrl, "severalty_migrator", rolePassword),
      APP_ROLE_PASSWORD: rolePassword,
      AUTH_ROLE_PASSWORD: rolePassword,
      PLATFORM_ROLE_PASSWORD: rolePassword,
    },
    rows: (sql, parameters = []) =>
      asAdmin(adminUrl, async (admin) => (await admin.query<Record<string, unknown>>(sql, [...parameters])).rows),
    [Symbol.asyncDispose]: async () => {
      await asAdmin(inject("adminUrl"), (admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
};
