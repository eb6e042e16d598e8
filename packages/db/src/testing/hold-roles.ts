import { Client } from "pg";

/**
 * Keeps every other program that prepares the cluster from changing roles until it is disposed: a role changed by two at once is refused
 * with "tuple concurrently updated", in an open transaction of a test too.
 */
export const holdRoles = async (adminUrl: string): Promise<AsyncDisposable> => {
  const url = new URL(adminUrl);
  // The database whose lock `ensureRoles` takes.
  url.pathname = "/postgres";
  const client = new Client({ connectionString: url.href });
  await client.connect();
  await client.query("select pg_advisory_lock(hashtext('severalty/roles'))");
  return { [Symbol.asyncDispose]: () => client.end() };
};
