import { checksumOf } from "../migration/checksum.ts";
import { migrations } from "../migrations.ts";
import type { RoleName } from "../roles.ts";
import type { Given } from "./rule.ts";

/** What the rules are asked with: this program's migrations, and a connection that should be of `role`. */
export const givenFor = async (role: RoleName, now: Date): Promise<Given> => ({
  now,
  role,
  migrations: await Promise.all(
    migrations.map(async (listed) => ({ name: listed.name, checksum: await checksumOf(listed) })),
  ),
});
