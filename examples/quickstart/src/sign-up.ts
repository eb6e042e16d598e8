import { randomBytes } from "node:crypto";
import { createClient, type Client } from "@severalty/client";

/** Somebody who has just registered a tenant of his own. */
export interface Member {
  readonly client: Client;
  readonly userId: string;
  readonly tenantSlug: string;
}

/** Registers a new tenant; its client is signed in from then on. */
export const signUp = async (url: string, who: string): Promise<Member> => {
  const client = createClient({ url });
  const tag = randomBytes(5).toString("hex");
  const tenantSlug = `quickstart-${who}-${tag}`;
  const { user } = await client.auth.register.mutate({
    tenantName: `Quickstart ${who} ${tag}`,
    tenantSlug,
    name: `Quickstart ${who}`,
    email: `${who}-${tag}@quickstart.example`,
    password: randomBytes(18).toString("base64url"),
  });
  return { client, userId: user.id, tenantSlug };
};
