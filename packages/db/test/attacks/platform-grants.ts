import type { AccessGrantId } from "@severalty/domain/ids";
import { openTestGrant } from "../../src/testing/make-operator.ts";
import type { Attack, AttackClass } from "./attack.ts";
import { anyRow, enterBy, loot } from "./operator.ts";
import { grants, platformEntry, policies } from "./removed.ts";
import type { World } from "./world.ts";

const open = [...policies, ...grants("severalty_platform")];

const entering = (title: string, attempt: (world: World) => Promise<unknown>): Attack => ({
  title,
  without: platformEntry,
  attack: attempt,
});

/** By the grant for the attacker's tenant. */
const within = (title: string, without: readonly string[], ...statements: readonly string[]): Attack => ({
  title,
  without,
  attack: async (world) => {
    const session = await enterBy(world, "forUs");
    const found: unknown[] = [];
    for (const sql of statements)
      found.push(...(await session.run(sql.replaceAll(":them", `'${world.them.tenantId}'`))));
    await session.run("commit");
    return found;
  },
});

/** Grants that are over, another's, for another, or of his own making. */
export const platformGrants: AttackClass = {
  name: "access grants",
  stoppedBy:
    "app.enter_platform asks the tables, in every transaction, for a living grant of this session; the gate alone writes them",
  attacks: [
    entering("entering by a grant for all that was ended", async (world) => loot(await enterBy(world, "ended"))),
    entering("entering by a grant for all that has expired", async (world) => loot(await enterBy(world, "expired"))),
    entering("entering by another administrator's grant for all", async (world) =>
      loot(await enterBy(world, "colleagues")),
    ),
    entering("entering by a grant that never was", async (world) =>
      loot(await enterBy(world, world.ghost() as AccessGrantId)),
    ),
    entering("entering the other tenant by a grant for the own one", async (world) =>
      loot(await enterBy(world, "forUs", world.them.tenantId)),
    ),
    entering("entering a second time, for the other tenant, with the context of the first emptied", async (world) => {
      const session = await enterBy(world, "forUs");
      await session.run("select set_config('app.platform', '', true)");
      const { operator, accessGrants } = world.cast;
      await session.run("select app.enter_platform($1, $2, $3, $4, 'r', 'a', null)", [
        operator.sessionId,
        operator.userId,
        accessGrants.forUs,
        world.them.tenantId,
      ]);
      return loot(session);
    }),
    entering(
      "entering in the transaction that opens the grant, so that undoing it would undo the log",
      async (world) => {
        const session = await world.session("severalty_platform");
        const { operator } = world.cast;
        await session.run("begin");
        const grant = await openTestGrant(session.client, operator, null);
        await session.run("select app.enter_platform($1, $2, $3, null, 'r', 'a', null)", [
          operator.sessionId,
          operator.userId,
          grant,
        ]);
        return loot(session);
      },
    ),
    entering("entering with a session that was revoked", async (world) => {
      const revoke = (at: string) =>
        world.admin.query(`update auth.sessions set revoked_at = ${at} where id = $1`, [world.cast.operator.sessionId]);
      await revoke("now()");
      try {
        return await enterBy(world, "forUs").then(() => true as const);
      } finally {
        await revoke("null");
      }
    }),
    {
      title: "a grant for all opened by an administrator of a tenant",
      without: [
        "create or replace function app.platform_admin(session uuid, usr uuid) returns table (platform uuid, email text) language sql stable security definer as $$ select id, 'x@example.com' from app.tenants where slug = 'platform' $$",
        "alter function app.platform_admin(uuid, uuid) owner to severalty_gate",
      ],
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const grant = await openTestGrant(session.client, world.us, null);
        await session.run("begin");
        await session.run("select app.enter_platform($1, $2, $3, null, 'r', 'a', null)", [
          world.us.sessionId,
          world.us.userId,
          grant,
        ]);
        return loot(session);
      },
    },
    {
      title: "a grant for longer than an hour",
      without: ["alter table app.access_grants drop constraint access_grants_expires_at_check"],
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        await openTestGrant(session.client, world.cast.operator, world.us.tenantId, 100_000);
        return true;
      },
    },
    {
      title: "a grant for all, inserted",
      without: [...open, ...platformEntry],
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const [id, { tenantId, userId, sessionId }] = [world.ghost() as AccessGrantId, world.cast.operator];
        await session.run(
          `insert into app.access_grants (tenant_id, id, created_at, updated_at, user_id, session_id, reason, expires_at)
           values ($1, $2, now(), now(), $3, $4, 'because I can', now() + interval '1 hour')`,
          [tenantId, id, userId, sessionId],
        );
        return loot(await enterBy(world, id));
      },
    },
    ...[
      ["widened to every tenant", "granted_tenant_id = null"],
      ["pointed at the other tenant", "granted_tenant_id = :them"],
    ].map(([what, change]): Attack => ({
      title: `the own grant, ${what}`,
      without: [...open, ...platformEntry],
      isAlone: true,
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        const { forUs } = world.cast.accessGrants;
        await session.run(
          `update app.access_grants set ${change?.replace(":them", `'${world.them.tenantId}'`)} where id = $1`,
          [forUs],
        );
        return loot(await enterBy(world, "forUs"));
      },
    })),
    {
      title: "an expired grant, prolonged under the grant for the own tenant",
      without: [...open, ...platformEntry],
      isAlone: true,
      attack: async (world) => {
        const session = await enterBy(world, "forUs");
        await session.run(
          "update app.access_grants set created_at = now(), expires_at = now() + interval '1 hour' where id = $1",
          [world.cast.accessGrants.expired],
        );
        await session.run("commit");
        return loot(await enterBy(world, "expired"));
      },
    },
  ],
};

const changed = (body: string) => `language sql volatile security definer as $$ ${body} $$`;

/** What an administrator does with a grant for one tenant. */
export const platformCalls: AttackClass = {
  name: "severalty_platform under a grant for one",
  stoppedBy:
    "the policy is the grant's range of tenants, binary columns are granted to nobody, and the gate's functions ask for the same range",
  attacks: [
    within(
      "every table that he may read",
      policies,
      "select id, name, slug from app.tenants",
      "select title from app.documents",
    ),
    within(
      "a cast of the other tenant's text, whose error tells it",
      policies,
      "select title::int from app.documents where tenant_id = :them",
    ),
    within("the other tenant suspended", policies, "update app.tenants set status = 'suspended' where id = :them"),
    within("the other tenant's documents removed", open, "delete from app.documents where tenant_id = :them"),
    within(
      "a line written in the other tenant's log",
      open,
      `insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, outcome, resource_type)
       values (:them, now(), gen_random_uuid(), 'user', 'documents.remove', 'ok', 'documents')`,
    ),
    {
      title: "the record of the own call, deleted from the tenant's log",
      without: open,
      attack: async (world) => {
        await (await enterBy(world, "forUs")).run("commit");
        const session = await enterBy(world, "forUs");
        const rows = await session.run("delete from app.audit_logs where action = 'tests.platform' returning id");
        return anyRow(rows);
      },
    },
    ...[
      ["the hashes of API keys", "select key_hash from app.tenant_api_keys"],
      ["ciphertexts", "select ciphertext from app.secret_locker"],
      ["wrapped keys", "select wrapped_key from app.tenant_keys"],
      ["hashes of invitations' links", "select token_hash from app.invitations"],
    ].map(([what, sql = ""]): Attack => ({
      title: `${what}, those of the granted tenant too`,
      without: grants("severalty_platform"),
      attack: async (world) => anyRow(await (await enterBy(world, "forUs")).run(sql)),
    })),
    {
      title: "a refusal written in the other tenant's log with a session of the own tenant's",
      without: [
        `create or replace function app.record_platform(session uuid, usr uuid, access_grant uuid, about uuid, outcome text, reason text, request_id text, action text)
          returns void ${changed("select app.log_platform(about, about, usr, action, outcome, '{}', request_id)")}`,
      ],
      attack: async (world) => {
        const session = await world.session("severalty_platform");
        return session.run("select app.record_platform($1, $2, null, $3, 'denied', 'x', 'r', 'a')", [
          world.us.sessionId,
          world.us.userId,
          world.them.tenantId,
        ]);
      },
    },
    within(
      "a list noted as answered with the other tenant on it",
      [
        `create or replace function app.note_answered(shown uuid[]) returns void
          ${changed("select app.log_platform(t, t, null, 'tenants.list', 'ok', '{}', null) from unnest(shown) t")}`,
      ],
      "select app.note_answered(array[:them]::uuid[])",
    ),
    within(
      "a tenant made",
      [
        `create or replace function app.create_tenant(tenant uuid, identity uuid, usr uuid, tenant_name text, tenant_slug text, tenant_domain text, tier text,
          settings jsonb, template text, admin_email text, admin_name text, admin_username text, is_confirmed boolean, link_hash bytea,
          link_expires_at timestamptz, at timestamptz) returns boolean
          ${changed("insert into app.tenants (id, slug, name, created_at, updated_at) values (tenant, tenant_slug, tenant_name, at, at) returning true")}`,
      ],
      `select app.create_tenant(gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'Made', 'made', null, 'free', '{}', null, 'made@example.com', 'Made',
        'made', true, '\\x00', now() + interval '1 hour', now())`,
    ),
    {
      title: "the other tenant removed",
      without: [
        `create or replace function app.remove_tenant(tenant uuid, typed_slug text) returns void
          ${changed("delete from app.tenants where id = tenant")}`,
      ],
      isAlone: true,
      attack: async (world) => {
        const session = await enterBy(world, "forUs");
        await session.run("select app.remove_tenant($1, $2)", [world.them.tenantId, world.them.slug]);
        return session.run("commit");
      },
    },
  ],
};
