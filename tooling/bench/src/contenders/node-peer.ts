import { peerRoles } from "../data/peers-schema.ts";
import type { Api } from "./api.ts";
import type { Contender } from "./contender.ts";
import { jwtSecret, peerToken } from "./peer-token.ts";
import { peerEntry } from "./peers-folder.ts";

/** One of the peers that are Node programs. */
export const nodePeer = (entry: string, label: string, api: Api, role: string = peerRoles.app): Contender => ({
  label,
  api,
  serves: "peers",
  token: peerToken,
  command: ({ bench, database, databasePort, port }) => ({
    program: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", peerEntry(entry)],
    env: {
      NODE_ENV: "production",
      DATABASE_URL: bench.url(database, role, databasePort),
      JWT_SECRET: jwtSecret,
      PORT: String(port),
    },
  }),
});
