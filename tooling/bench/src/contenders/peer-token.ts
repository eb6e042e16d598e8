import { createSigner } from "fast-jwt";
import { webRole } from "../data/peers-schema.ts";
import { worldId } from "../data/world.ts";

/** What the peers verify tokens with; only a bench's data is behind it. */
export const jwtSecret = "a secret of the bench's peers, 32 characters at least";

const sign = createSigner({ key: jwtSecret, algorithm: "HS256", expiresIn: 24 * 60 * 60_000 });

/** A token that names the tenant, its first user, and the role that PostgREST takes on. */
export const peerToken = (tenant: number): string =>
  sign({ sub: worldId("user", tenant), tenant_id: worldId("tenant", tenant), role: webRole });
