import { createAccessTokens } from "@severalty/auth/access-token";
import { asId } from "@severalty/domain/ids";
import { authSecret, serverEnv } from "../bench.ts";
import { worldId } from "../data/world.ts";
import type { Contender } from "./contender.ts";
import { trpcApi } from "./trpc-api.ts";

const tokens = createAccessTokens({ secret: authSecret, ttlMs: 24 * 60 * 60_000 });

/** This repository's server: the bundle, in production, with everything on. */
export const severalty: Contender = {
  label: "Severalty",
  api: trpcApi,
  serves: "severalty",
  token: (tenant) =>
    tokens.sign({
      sessionId: asId(worldId("session", tenant)),
      userId: asId(worldId("user", tenant)),
      tenantId: asId(worldId("tenant", tenant)),
      teamId: null,
      role: "agency_admin",
      email: `user-0@tenant-${tenant}.example`,
    }).token,
  command: ({ bench, database, databasePort, port }) => ({
    program: process.execPath,
    args: [bench.programs.server],
    env: {
      ...serverEnv(bench.env(database, databasePort)),
      ENVIRONMENT: "production",
      NODE_ENV: "production",
      PORT: String(port),
    },
  }),
};
