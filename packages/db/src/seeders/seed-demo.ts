import { contentHash } from "@severalty/domain/document";
import type { DocumentId, IdentityId, NewId, TenantId, UserId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { agency } from "../templates/agency.ts";

/** Sign-in of the demo tenant's administrator, for development alone. */
export const demo = { tenantSlug: "demo", email: "demo@severalty.dev", password: "demo-password" } as const;

const people = [
  { email: demo.email, name: "Dana Demo", role: "agency_admin" },
  { email: "member@severalty.dev", name: "Max Member", role: "team_member" },
] as const;

const documents = [
  { title: "Welcome", content: "# Welcome\n\nThis tenant is yours to try things with.\n" },
  { title: "House style", content: "# House style\n\nShort sentences. One idea each.\n" },
  { title: "Client brief: Northwind", content: "# Northwind\n\nLaunch in spring; two markets; one voice.\n" },
] as const;

/** The demo tenant, from the template `agency`, with two members and three documents, made if its slug is free. Returns whether it was made. */
export const seedDemo = async (client: Client, hashedPassword: string, newId: NewId): Promise<boolean> => {
  const tenantId = newId<TenantId>();
  const { rowCount } = await client.query(
    `insert into app.tenants (id, slug, name, template_key, created_at, updated_at) values ($1, $2, 'Demo Agency', $3, now(), now())
     on conflict (slug) do nothing`,
    [tenantId, demo.tenantSlug, agency.key],
  );
  if (rowCount === 0) return false;
  await client.query("select app.start_from_template($1, $2, now())", [tenantId, agency.key]);
  let author: UserId | undefined;
  for (const person of people) {
    const userId = await addPerson(client, tenantId, person, hashedPassword, newId);
    author ??= userId;
  }
  for (const { title, content } of documents) {
    await client.query(
      `insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, now(), now())`,
      [tenantId, newId<DocumentId>(), author, title, content, contentHash(content)],
    );
  }
  return true;
};

const addPerson = async (
  client: Client,
  tenantId: TenantId,
  { email, name, role }: (typeof people)[number],
  hashedPassword: string,
  newId: NewId,
): Promise<UserId> => {
  const userId = newId<UserId>();
  const { rows } = await client.query<{ id: IdentityId }>(
    `insert into auth.identities (id, email, name, hashed_password, email_verified_at, created_at, updated_at)
     values ($1, $2, $3, $4, now(), now(), now())
     on conflict (email) do update set updated_at = excluded.updated_at returning id`,
    [newId<IdentityId>(), email, name, hashedPassword],
  );
  await client.query(
    `insert into app.users (tenant_id, id, identity_id, username, email, name, role, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, now(), now())`,
    [tenantId, userId, rows[0]?.id, email.split("@")[0], email, name, role],
  );
  return userId;
};
