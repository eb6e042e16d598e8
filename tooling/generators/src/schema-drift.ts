import { migrateUp } from "@severalty/db/migrate";
import { checkDatabase } from "@severalty/db/migration/check";
import { provision } from "@severalty/db/provision";
import { rolePassword, rolePasswords } from "@severalty/db/testing/role-passwords";
import { cloneDatabase } from "@severalty/postgres/template";
import { testCluster } from "@severalty/postgres/test-cluster";
import { withCredentials } from "@severalty/postgres/url";

/** Statements by which the entities differ from a new database that all migrations ran on: no other database is asked or touched. */
export const schemaDrift = async (): Promise<string[]> => {
  await using cluster = await testCluster();
  await using database = await cloneDatabase(cluster.url, "template0");
  await provision(database.url, rolePasswords);
  const url = withCredentials(database.url, "severalty_migrator", rolePassword);
  await migrateUp(url);
  return (await checkDatabase(url)).map(({ what }) => what);
};
