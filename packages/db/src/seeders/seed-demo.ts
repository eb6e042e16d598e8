import type { IdentityId, TenantConfigId, TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { demoTask, demoUsage } from "./demo/demo-activity.ts";
import { demoAgents } from "./demo/demo-agents.ts";
import { demoDocument } from "./demo/demo-documents.ts";
import { demo, demoPeople, type DemoPeople } from "./demo/demo-people.ts";
import { demoSize } from "./demo/demo-size.ts";
import { DemoSource } from "./demo/demo-source.ts";
import { agencies } from "./demo/demo-words.ts";
import { insertRows, type Row } from "./demo/insert-rows.ts";

/** Rows of one statement: more only makes the messages larger. */
const batchRows = 500;

/** Which demo tenant, how much it holds, and as of when. */
export interface DemoOptions {
  /** Which of the demo tenants, from 1. */
  readonly number: number;
  /** How much it holds; see `demoSize`. */
  readonly scale: number;
  readonly now: Date;
  /** Of everybody's password. */
  readonly hashedPassword: string;
  /** Called after each statement, with how many rows that show in the progress it brought. */
  readonly onRows: (count: number) => void;
}

/** The slug of a demo tenant: `demo`, `demo-2`, `demo-3` … */
export const demoSlug = (number: number): string => (number === 1 ? demo.tenantSlug : `${demo.tenantSlug}-${number}`);

/**
 * One demo tenant with teams, members, documents, agents with their recipes, tasks, and months of audit log; made if its slug is free.
 * The same number, scale and day make the same tenant. Returns whether it was made.
 */
export const seedDemo = async (client: Client, options: DemoOptions): Promise<boolean> => {
  const { number, hashedPassword } = options;
  const source = new DemoSource(number, options.now);
  const size = demoSize(options.scale);
  const slug = demoSlug(number);
  const at = source.past(400);
  const id = source.id<TenantId>(at);
  const name = number === 1 ? "Demo Agency" : `${source.pick(agencies)} ${number}`;
  const { rowCount } = await client.query(
    `insert into app.tenants (id, slug, name, created_at, updated_at) values ($1, $2, $3, $4, $4) on conflict do nothing`,
    [id, slug, name, at],
  );
  if (rowCount === 0) return false;
  await client.query("insert into app.tenant_configs (tenant_id, id, created_at, updated_at) values ($1, $2, $3, $3)", [
    id,
    source.id<TenantConfigId>(at),
    at,
  ]);
  const people = demoPeople(source, size, { id, slug, hashedPassword });
  const agents = demoAgents(source, size, id, people.teamIds);
  await insertRows(client, people.teams);
  await insertPeople(client, people);
  for (const batch of agents.batches) await insertRows(client, batch);
  const insertMany = async (table: string, count: number, make: () => Row) => {
    for (let left = count; left > 0; left -= batchRows) {
      const rows = Array.from({ length: Math.min(left, batchRows) }, make);
      await insertRows(client, { table, rows });
      options.onRows(rows.length);
    }
  };
  // Their records are made below, as of when each was done; see app.audit().
  await client.query("set local app.seeding = 'on'");
  await insertMany("app.documents", size.documents, () => demoDocument(source, id, people.members));
  await recordDocuments(client, id);
  await insertMany("app.task_queue", size.tasks, () => demoTask(source, id, agents));
  await insertMany("app.audit_logs", size.usage, () => demoUsage(source, id, people, agents));
  return true;
};

/** The audit rows that the authors' own calls would have left; ids differ from the documents' in their last byte. */
const recordDocuments = (client: Client, tenantId: TenantId) =>
  client.query(
    `insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, resource_type, resource_id, execution_ms)
     select tenant_id, created_at, encode(set_byte(uuid_send(id), 15, get_byte(uuid_send(id), 15) # 255), 'hex')::uuid, user_id, 'user',
       'documents.create', 'documents', id, 1
     from app.documents where tenant_id = $1`,
    [tenantId],
  );

/** An identity outlives the tenants that it was in: one that is there already becomes a user again, with the password that it has. */
const insertPeople = async (client: Client, { identities, users }: DemoPeople): Promise<void> => {
  await insertRows(client, identities, "on conflict (email) do nothing");
  const { rows } = await client.query<{ id: IdentityId; email: string }>(
    "select id, email from auth.identities where email = any($1)",
    [users.rows.map(({ email }) => email)],
  );
  const idOf = new Map<unknown, IdentityId>(rows.map(({ id, email }) => [email, id]));
  const linked = users.rows.map((user) => ({ ...user, identity_id: idOf.get(user["email"]) }));
  await insertRows(client, { table: users.table, rows: linked });
};
