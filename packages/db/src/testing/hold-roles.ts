import { withDatabase } from "@severalty/postgres/url";
import { Client } from "pg";

/**
 * Keeps every other program that prepares the cluster from changing roles until it is disposed: a role changed by two at once is refused
 * with "tuple concurrently updated", in an open transaction of a test too.
 */
export const holdRoles = async (adminUrl: string): Promise<AsyncDisposable> => {
  // The database whose lock `ensureRoles` takes.
  const client = new Client({ connectionString: withDatabase(adminUrl, "postgres") });
  await client.connect();
  await client.query("select pg_advisory_lock(hashtext('severalty/roles'))");
  return { [Symbol.asyncDispose]: () => client.end() };
};
