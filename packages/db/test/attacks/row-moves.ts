import type { Attack, AttackClass } from "./attack.ts";
import { policies, seal } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

/** Statements of one transaction of the attacker's tenant; what they return, or what they did to rows that are not his. */
const statement = (title: string, ...sql: readonly ((world: World) => string)[]): Attack => ({
  title,
  without: policies,
  attack: (world) => world.ours(...sql.map((write) => write(world))),
});

const team = (tenantId: string, id = "gen_random_uuid()", name = "planted") =>
  `insert into app.teams (tenant_id, id, name, created_at, updated_at) values ('${tenantId}', ${id}, '${name}', now(), now())`;

/** MERGE, which is select, insert, update and delete in one. */
export const merges: AttackClass = {
  name: "MERGE",
  stoppedBy: "the policy, for each of its actions",
  attacks: [
    statement(
      "an update of what it matches",
      ({ them }) =>
        `merge into app.documents d using (values ('${them.documentId}'::uuid)) v (id) on d.id = v.id when matched then update set title = 'merged'`,
    ),
    statement(
      "an insert of what it does not match",
      ({ them }) =>
        `merge into app.teams t using (values ('${them.tenantId}'::uuid)) v (id) on t.id = v.id
       when not matched then insert (tenant_id, id, name, created_at, updated_at) values (v.id, gen_random_uuid(), 'merged', now(), now())`,
    ),
    statement(
      "rows taken over from a source that is not the own",
      ({ us, them }) =>
        `merge into app.teams t using (select title from app.documents where tenant_id = '${them.tenantId}') v (title) on t.name = v.title
       when not matched then insert (tenant_id, id, name, created_at, updated_at) values ('${us.tenantId}', gen_random_uuid(), v.title, now(), now())`,
      () => "select name from app.teams",
    ),
    statement(
      "a delete of what it matches",
      ({ them }) =>
        `merge into app.documents d using (values ('${them.documentId}'::uuid)) v (id) on d.id = v.id when matched then delete`,
    ),
  ],
};

/** Rows that change their tenant. */
export const moves: AttackClass = {
  name: "rows moved between tenants",
  stoppedBy: "the policy's WITH CHECK for the new row, its USING for the old one",
  attacks: [
    statement(
      "an own row moved to the other tenant",
      ({ them }) =>
        `update app.agent_roles set tenant_id = '${them.tenantId}' where false or id in (select id from app.agent_roles limit 0)`,
      ({ us }) => team(us.tenantId),
      ({ them }) => `update app.teams set tenant_id = '${them.tenantId}' where name = 'planted'`,
    ),
    statement(
      "the other tenant's row moved to the own",
      ({ us, them }) =>
        `update app.tenant_configs set tenant_id = '${us.tenantId}' where tenant_id = '${them.tenantId}' and false`,
      ({ us, them }) => `update app.agent_roles set tenant_id = '${us.tenantId}' where tenant_id = '${them.tenantId}'
        and id not in (select agent_role_id from app.cookbooks union select agent_role_id from app.subscriptions union select agent_role_id from app.agent_instances)`,
      ({
        us,
        them,
      }) => `with gone as (delete from app.idempotency_keys where tenant_id = '${them.tenantId}' returning key)
        select key, '${us.tenantId}' from gone`,
    ),
    statement(
      "an upsert that moves what it meets",
      ({ us }) => team(us.tenantId, "'00000000-0000-7000-8000-000000000001'", "moving"),
      ({ us, them }) => `${team(us.tenantId, "'00000000-0000-7000-8000-000000000001'", "moving")}
        on conflict (tenant_id, id) do update set tenant_id = '${them.tenantId}'`,
    ),
    statement("a row inserted for the other tenant", ({ them }) => team(them.tenantId, undefined, "inserted")),
    statement(
      "a row inserted for the other tenant from a query",
      ({ them }) =>
        `insert into app.teams (tenant_id, id, name, created_at, updated_at) select '${them.tenantId}', gen_random_uuid(), 'selected', now(), now()`,
    ),
    statement(
      "rows of every tenant updated without a condition",
      () => "update app.documents set metadata = '{\"planted\": true}'",
    ),
    statement(
      "rows locked that are not the own",
      ({ them }) => `select title from app.documents where tenant_id = '${them.tenantId}' for update`,
    ),
    statement(
      "rows returned by a delete",
      ({ them }) => `delete from app.documents where tenant_id = '${them.tenantId}' returning title, content`,
    ),
  ],
};

/** Compares how a statement answers to an id of the victim's and to one that never was. */
const oracle = (
  title: string,
  without: readonly string[],
  theirs: (world: World) => string | Promise<string>,
  sqlOf: (world: World, id: string) => string,
  ghost: (world: World) => string = (world) => world.ghost(),
): Attack => ({
  title,
  without,
  attack: async (world) => {
    const session = await inTenant(world);
    return session.tellsApart(await theirs(world), ghost(world), (id) => sqlOf(world, id));
  },
});

const inTenant = async (world: World): Promise<Session> => {
  const session = await world.session();
  const { sessionId, userId, tenantId, role } = world.us;
  await session.run("begin");
  await session.run("select app.enter($1, $2, $3, $4, 'r', 'a')", [sessionId, userId, tenantId, role]);
  return session;
};

const document = (world: World, id: string, tenantId = world.us.tenantId, userId = world.us.userId) =>
  `insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
   values ('${tenantId}', '${id}', '${userId}', 'x', 'x', repeat('0', 64), now(), now())`;

const theirDocument = ({ them }: World) => them.documentId;

/** What a conflict tells of a row that is not seen. */
export const conflicts: AttackClass = {
  name: "ON CONFLICT",
  stoppedBy: "keys lead with the tenant, so that nothing conflicts with another tenant's row",
  attacks: [
    oracle(
      "DO NOTHING on an id of the other tenant's",
      ["create unique index on app.documents (id)"],
      theirDocument,
      (world, id) => `${document(world, id)} on conflict do nothing returning 1`,
    ),
    oracle(
      "DO UPDATE on an id of the other tenant's",
      ["create unique index on app.documents (id)", ...policies],
      theirDocument,
      (world, id) => `${document(world, id)} on conflict (id) do update set title = documents.title returning title`,
    ),
    oracle(
      "DO NOTHING on a row said to be the other tenant's",
      policies,
      theirDocument,
      (world, id) =>
        `${document(world, id, world.them.tenantId, world.them.userId)} on conflict do nothing returning 1`,
    ),
    oracle(
      "DO UPDATE on a row said to be the other tenant's",
      policies,
      theirDocument,
      (world, id) =>
        `${document(world, id, world.them.tenantId, world.them.userId)} on conflict (tenant_id, id) do update set title = 'x' returning content`,
    ),
    oracle(
      "DO NOTHING on an e-mail address that the other tenant has",
      ["create unique index on app.users (email)"],
      ({ them }) => them.email,
      (world, email) => `insert into app.users (tenant_id, id, identity_id, username, email, created_at, updated_at)
        values ('${world.us.tenantId}', '${world.us.documentId}', '${world.them.identityId}', 'new', '${email}', now(), now()) on conflict do nothing returning 1`,
      () => "nobody@example.com",
    ),
  ],
};

/** What a refusal by a key tells, for checks of keys do not ask the policy. */
export const keyOracles: AttackClass = {
  name: "keys as oracles",
  stoppedBy: "foreign and unique keys contain the tenant: another's id answers as one that never was",
  attacks: [
    oracle(
      "a reference to the other tenant's team",
      [
        "alter table app.documents drop constraint documents_tenant_id_team_id_foreign",
        "create unique index on app.teams (id)",
        "alter table app.documents add foreign key (team_id) references app.teams (id)",
      ],
      (world) => world.theirId("app.teams"),
      (world, id) => `update app.documents set team_id = '${id}' where id = '${world.us.documentId}' returning 1`,
    ),
    oracle(
      "a reference to the other tenant's user",
      [
        `do $$ declare name text; begin
          for name in select conname from pg_constraint where conrelid = 'app.documents'::regclass and confrelid = 'app.users'::regclass
          loop execute format('alter table app.documents drop constraint %I', name); end loop; end $$`,
        "create unique index on app.users (id)",
        "alter table app.documents add foreign key (user_id) references app.users (id)",
      ],
      ({ them }) => them.userId,
      (world, id) => `update app.documents set user_id = '${id}' where id = '${world.us.documentId}' returning 1`,
    ),
    oracle(
      "a unique key taken by the other tenant's e-mail address",
      ["create unique index on app.users (email)"],
      ({ them }) => them.email,
      (world, email) => `update app.users set email = '${email}' where id = '${world.us.userId}' returning 1`,
      () => "nobody@example.com",
    ),
    oracle(
      "a primary key taken by the other tenant's row",
      ["create unique index on app.documents (id)"],
      theirDocument,
      (world, id) => document(world, id),
    ),
    oracle(
      "the own row given the other tenant's id",
      ["create unique index on app.documents (id)"],
      theirDocument,
      (world, id) => `update app.documents set id = '${id}' where id = '${world.us.documentId}' returning 1`,
    ),
    oracle(
      "the own tenant given the other's slug",
      ["grant update on app.tenants to severalty_app"],
      ({ them }) => them.slug,
      (world, slug) => `update app.tenants set slug = '${slug}' where id = '${world.us.tenantId}'`,
      () => "a-slug-that-nobody-has",
    ),
    oracle(
      "a tenant of the other's id made once more",
      ["grant insert on app.tenants to severalty_app", ...policies],
      ({ them }) => them.tenantId,
      (_, id) =>
        `insert into app.tenants (id, slug, name, created_at, updated_at) values ('${id}', 'new-slug', 'New', now(), now())`,
    ),
    oracle(
      "entering with the other tenant's user and a session of the own",
      [
        ...seal,
        `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
          returns void language plpgsql security definer as $$ begin
          if not exists (select from app.users u where u.id = usr) then raise exception 'no such user'; end if;
          perform set_config('app.context', concat_ws('|', tenant, usr), true); end $$`,
        "alter function app.enter(uuid, uuid, uuid, text, text, text) owner to severalty_gate",
      ],
      ({ them }) => them.userId,
      ({ us, them }, id) =>
        `select set_config('app.context', '', true), app.enter('${us.sessionId}', '${id}', '${them.tenantId}', 'agency_admin', 'r', 'a')`,
    ),
  ],
};
