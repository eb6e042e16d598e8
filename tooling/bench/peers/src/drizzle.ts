// Express + tRPC + Drizzle: a transaction per call, whose first statement names the tenant to the policies.
import { randomUUID } from "node:crypto";
import { desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";
import type { Caller } from "./caller.ts";
import { auditLogs, documents, users } from "./drizzle-schema.ts";
import { serveTrpc } from "./serve-trpc.ts";
import { settings } from "./settings.ts";
import { contentHash } from "./store.ts";

const db = drizzle(new Pool({ connectionString: settings.databaseUrl, max: settings.poolMax }));
type Transaction = Parameters<Parameters<typeof db.transaction>[0]>[0];

const inTenant = <Result>({ tenantId }: Caller, work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
  db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`);
    return work(tx);
  });

const { id, authorId, title, content, contentHash: hash, metadata, createdAt } = documents;
const summary = { id, authorId, title, contentHash: hash, metadata, createdAt };
const whole = { ...summary, content };

serveTrpc({
  byId: (caller, wanted) =>
    inTenant(caller, async (tx) => (await tx.select(whole).from(documents).where(eq(id, wanted)))[0]),
  newest: (caller, limit) =>
    inTenant(caller, (tx) =>
      tx
        .select({ ...summary, authorName: users.name })
        .from(documents)
        // Inner, the policies of both tables let the planner expect a fraction of the rows, so that it sorts all of the tenant's.
        .leftJoin(users, eq(users.id, authorId))
        .orderBy(desc(createdAt), desc(id))
        .limit(limit),
    ),
  search: (caller, word, limit) =>
    inTenant(caller, (tx) =>
      tx
        .select(summary)
        .from(documents)
        .where(sql`${documents.search} @@ plainto_tsquery('simple', ${word})`)
        .orderBy(desc(createdAt), desc(id))
        .limit(limit),
    ),
  create: (caller, input) =>
    inTenant(caller, async (tx) => {
      const { tenantId, userId } = caller;
      const row = { ...input, id: randomUUID(), tenantId, authorId: userId, contentHash: contentHash(input.content) };
      const [document] = await tx.insert(documents).values(row).returning(whole);
      if (document === undefined) throw new Error("nothing was inserted");
      await tx
        .insert(auditLogs)
        .values({ tenantId, actorId: userId, action: "documents.create", entityId: document.id });
      return document;
    }),
});
