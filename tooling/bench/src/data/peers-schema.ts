/** Who logs in, and as what: none of them owns a table, and only the floor's role is past the policies. */
export const peerRoles = { app: "bench_peer", postgrest: "bench_authenticator", floor: "bench_floor" } as const;

/** The role that PostgREST takes on for a request whose token names it. */
export const webRole = "bench_web";

/** Idiomatic tables: a key of one column, which every tool's conventions expect, and the tenant in each. */
export const peerTables = [
  `create table tenants (id uuid primary key, slug text not null unique, name text not null)`,
  `create table users (id uuid primary key, tenant_id uuid not null references tenants, name text not null, email text not null)`,
  `create table documents (
    id uuid primary key, tenant_id uuid not null, author_id uuid not null, title text not null, content text not null,
    content_hash text not null, metadata jsonb not null default '{}', created_at timestamptz(3) not null default now(),
    search tsvector generated always as (to_tsvector('simple', title || ' ' || content)) stored)`,
  `create table audit_logs (
    id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants, actor_id uuid not null references users,
    action text not null, entity_id uuid not null, created_at timestamptz(3) not null default now())`,
];

/** Made when the rows are there. */
export const peerIndexes = [
  `alter table documents add foreign key (tenant_id) references tenants, add foreign key (author_id) references users`,
  `create index on users (tenant_id)`,
  `create index on documents (tenant_id, created_at desc, id desc)`,
  `create index on documents (author_id)`,
  `create index on documents using gin (search)`,
  `create index on audit_logs (tenant_id, created_at desc)`,
  `create index on audit_logs (actor_id)`,
];

const secured = ["users", "documents", "audit_logs"];

/** The tenant as the setting names it that each tool's documentation has policies read. */
const tenantOf = {
  [peerRoles.app]: "nullif(current_setting('app.tenant_id', true), '')::uuid",
  [webRole]: "(current_setting('request.jwt.claims', true)::json ->> 'tenant_id')::uuid",
};

const claim = (setting: string, name: string) =>
  `coalesce(nullif(current_setting('app.${setting}', true), ''), current_setting('request.jwt.claims', true)::json ->> '${name}')::uuid`;

const grantees = [peerRoles.app, peerRoles.floor, webRole].join(", ");

/** Row-level security, grants, and the two functions that PostGraphile and PostgREST would have one write. */
export const peerGrants = [
  ...secured.flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    ...Object.entries(tenantOf).map(
      ([role, tenant]) => `create policy ${table}_${role} on ${table} to ${role} using (tenant_id = ${tenant})`,
    ),
  ]),
  `create function write_document(title text, content text, metadata jsonb) returns documents language sql volatile as $$
    with document as (
      insert into documents (id, tenant_id, author_id, title, content, content_hash, metadata)
      values (gen_random_uuid(), ${claim("tenant_id", "tenant_id")}, ${claim("user_id", "sub")}, title, content,
        encode(sha256(convert_to(content, 'UTF8')), 'hex'), metadata)
      returning *
    ), log as (
      insert into audit_logs (tenant_id, actor_id, action, entity_id) select tenant_id, author_id, 'documents.create', id from document
    )
    select * from document $$`,
  `create function search_documents(word text) returns setof documents language sql stable as $$
    select * from documents where search @@ plainto_tsquery('simple', word) order by created_at desc, id desc $$`,
  `grant select on tenants to ${grantees}`,
  `grant select, insert, update, delete on ${secured.join(", ")} to ${grantees}`,
];

/** Roles are of the whole cluster: made once. */
export const peerRolesSql = (password: string): string[] => [
  `create role ${peerRoles.app} login password '${password}'`,
  `create role ${peerRoles.floor} login bypassrls password '${password}'`,
  `create role ${peerRoles.postgrest} login noinherit password '${password}'`,
  `create role ${webRole} nologin`,
  `grant ${webRole} to ${peerRoles.postgrest}`,
];
