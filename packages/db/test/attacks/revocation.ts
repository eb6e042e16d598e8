import { enter } from "../../src/testing/enter.ts";
import type { Attack, AttackClass } from "./attack.ts";
import { entry } from "./removed.ts";
import type { World } from "./world.ts";

const connections = 4;
/** Transactions that each connection goes on to begin once the change is committed. */
const attempts = 10;

/** Many transactions one after the other on several connections while the right to them ends: none begun after that may enter. */
const underConcurrency = (title: string, end: string, restore: string, value: (world: World) => string): Attack => ({
  title,
  without: entry,
  attack: async (world) => {
    const sessions = await Promise.all(Array.from({ length: connections }, () => world.session()));
    let hasEnded = false;
    let [before, after] = [0, 0];
    const warm = Promise.withResolvers<void>();
    const keepOn = async ({ client }: (typeof sessions)[number]) => {
      for (let left = attempts; left > 0;) {
        const isAfter = hasEnded;
        if (isAfter) left--;
        await client.query("begin");
        const isIn = await enter(client, world.us).then(
          () => true,
          () => false,
        );
        await client.query("rollback");
        if (isIn && isAfter) after++;
        if (isIn && !isAfter) before++;
        if (before === connections * 3) warm.resolve();
      }
    };
    const running = Promise.all(sessions.map(keepOn));
    try {
      await warm.promise;
      await world.admin.query(end, [value(world)]);
      hasEnded = true;
      await running;
    } finally {
      await world.admin.query(restore, [value(world)]);
    }
    return after > 0 ? true : `${before} before, none after`;
  },
});

/** Rights that end while transactions run. */
export const revocation: AttackClass = {
  name: "revocation under concurrency",
  stoppedBy: "entering asks the tables in every transaction; nothing is cached",
  attacks: [
    underConcurrency(
      "a revoked session",
      "update auth.sessions set revoked_at = now() where id = $1",
      "update auth.sessions set revoked_at = null where id = $1",
      ({ us }) => us.sessionId,
    ),
    underConcurrency(
      "a demoted administrator",
      "update app.users set role = 'team_member' where id = $1",
      "update app.users set role = 'agency_admin' where id = $1",
      ({ us }) => us.userId,
    ),
    underConcurrency(
      "a disabled user",
      "update app.users set status = 'disabled' where id = $1",
      "update app.users set status = 'active' where id = $1",
      ({ us }) => us.userId,
    ),
    underConcurrency(
      "a disabled identity",
      "update auth.identities set status = 'disabled' where id = $1",
      "update auth.identities set status = 'active' where id = $1",
      ({ us }) => us.identityId,
    ),
    underConcurrency(
      "a suspended tenant",
      "update app.tenants set status = 'suspended' where id = $1",
      "update app.tenants set status = 'active' where id = $1",
      ({ us }) => us.tenantId,
    ),
  ],
};
