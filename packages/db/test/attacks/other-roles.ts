import type { RoleName } from "../../src/roles.ts";
import { tables } from "../catalog.ts";
import type { Attack, AttackClass } from "./attack.ts";
import { entry, grants, policies } from "./removed.ts";
import type { World } from "./world.ts";

const readAll = (role: RoleName, own: RegExp = /^$/): Attack => ({
  title: `${role} reads every table that is not its own`,
  without: [...policies, ...grants(role)],
  attack: async (world) => {
    const session = await world.session(role);
    const found: unknown[] = [];
    for (const { name } of (await tables(world.admin)).filter((table) => !own.test(table.name)))
      found.push(await session.run(`select t::text from ${name} t`).catch(String));
    return found;
  },
});

const writeAll = (role: RoleName, own: RegExp = /^$/): Attack => ({
  title: `${role} deletes from every table that is not its own`,
  without: [...policies, ...grants(role)],
  attack: async (world) => {
    const session = await world.session(role);
    const found: unknown[] = [];
    for (const { name } of (await tables(world.admin)).filter((table) => !own.test(table.name)))
      found.push(await session.run(`delete from ${name}`).catch(String));
    return found;
  },
});

const forWhom = (role: RoleName) => [
  ...entry,
  ...grants(role),
  `alter policy documents_severalty_app_policy on app.documents to severalty_app, ${role}`,
];

const entering = (role: RoleName): Attack => ({
  title: `${role} enters a tenant as the server does, with credentials that are true`,
  without: forWhom(role),
  attack: async (world) => {
    const session = await world.session(role);
    const { sessionId, userId, tenantId, role: as } = world.them;
    await session.run("begin");
    await session.run("select app.enter($1, $2, $3, $4, 'r', 'a')", [sessionId, userId, tenantId, as]);
    return session.run("select title from app.documents");
  },
});

const auth = /^auth\./;

/** A session of the attacker's identity that says it is the victim's user, as whoever writes sessions can make it. */
const forgeSession = async (world: World): Promise<string> => {
  const session = await world.session("severalty_auth");
  const id = world.ghost();
  await session.run(
    `insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
     values ($1, $2, $3, $4, now() + interval '1 hour', now(), now())`,
    [id, world.us.identityId, world.them.tenantId, world.them.userId],
  );
  return id;
};

/** The role that signs people in. */
export const authLimits: AttackClass = {
  name: "severalty_auth",
  stoppedBy: "no grant on a business table nor on entering; a session whose identity is not the user's enters nowhere",
  attacks: [
    readAll("severalty_auth", auth),
    entering("severalty_auth"),
    {
      title: "a session forged for the other tenant's user and entered with, all in the sign-in role",
      without: forWhom("severalty_auth"),
      attack: async (world) => {
        const session = await world.session("severalty_auth");
        const { userId, tenantId, identityId, role } = world.them;
        const id = world.ghost();
        await session.run("begin");
        await session.run(
          `insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
           values ($1, $2, $3, $4, now() + interval '1 hour', now(), now())`,
          [id, identityId, tenantId, userId],
        );
        await session.run("select app.enter($1, $2, $3, $4, 'r', 'a')", [id, userId, tenantId, role]);
        return session.run("select title from app.documents");
      },
    },
    {
      title: "a session of the own identity forged for the other tenant's user, entered with by the server's role",
      without: entry,
      attack: async (world) => {
        const id = await forgeSession(world);
        try {
          const app = await world.session();
          return await app.inside(
            { ...world.them, sessionId: id as typeof world.them.sessionId },
            "select title from app.documents",
          );
        } finally {
          await world.admin.query("delete from auth.sessions where id = $1", [id]);
        }
      },
    },
    {
      title: "a user of the other tenant taken over by the own identity",
      without: [...policies, ...grants("severalty_auth")],
      attack: async (world) => {
        const session = await world.session("severalty_auth");
        return session.run("update app.users set identity_id = $1 where id = $2", [
          world.us.identityId,
          world.them.userId,
        ]);
      },
    },
    {
      title: "the memberships of the own identity, which are to name no other tenant",
      without: [
        `create or replace function auth.memberships(identity uuid)
          returns table (tenant_id uuid, tenant_slug text, tenant_name text, tenant_status text, user_id uuid, team_id uuid, role text,
            username text, email text, name text) language sql security definer as $$
          select t.id, t.slug, t.name, t.status, null::uuid, null::uuid, '', '', '', '' from app.tenants t $$`,
        "alter function auth.memberships(uuid) owner to severalty_gate",
      ],
      attack: async (world) => {
        const session = await world.session("severalty_auth");
        return session.run("select tenant_name from auth.memberships($1)", [world.us.identityId]);
      },
    },
    writeAll("severalty_auth", auth),
  ],
};

/** The roles that act for no tenant, as far as they may do anything today. */
export const otherRoles: AttackClass = {
  name: "severalty_platform and severalty_worker",
  stoppedBy: "no grant without a function that asks first",
  attacks: [
    readAll("severalty_platform"),
    writeAll("severalty_platform"),
    entering("severalty_platform"),
    readAll("severalty_worker"),
    writeAll("severalty_worker"),
    entering("severalty_worker"),
  ],
};
