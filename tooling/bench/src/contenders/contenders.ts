import { peerRoles } from "../data/peers-schema.ts";
import type { ContenderName } from "./contender-name.ts";
import type { Contender } from "./contender.ts";
import { graphqlApi } from "./graphql-api.ts";
import { nodePeer } from "./node-peer.ts";
import { postgrest } from "./postgrest.ts";
import { restApi } from "./rest-api.ts";
import { severalty } from "./severalty.ts";
import { trpcApi } from "./trpc-api.ts";

/** Everybody who can be measured. */
export const contenders: Readonly<Record<ContenderName, Contender>> = {
  severalty,
  floor: nodePeer("floor", "floor: Express + pg, no RLS", restApi, peerRoles.floor),
  drizzle: nodePeer("drizzle", "tRPC + Drizzle", trpcApi),
  prisma: nodePeer("prisma", "tRPC + Prisma", trpcApi),
  "mikro-orm": nodePeer("mikro-orm", "tRPC + MikroORM", trpcApi),
  postgraphile: nodePeer("postgraphile", "PostGraphile", graphqlApi),
  postgrest,
  fastify: nodePeer("fastify", "Fastify + postgres.js", restApi),
};
