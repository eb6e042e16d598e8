import { customType, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

export const users = pgTable("users", {
  id: uuid().primaryKey(),
  tenantId: uuid("tenant_id").notNull(),
  name: text().notNull(),
});

export const documents = pgTable("documents", {
  id: uuid().primaryKey(),
  tenantId: uuid("tenant_id").notNull(),
  authorId: uuid("author_id")
    .notNull()
    .references(() => users.id),
  title: text().notNull(),
  content: text().notNull(),
  contentHash: text("content_hash").notNull(),
  metadata: jsonb().notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  search: tsvector().generatedAlwaysAs(""),
});

export const auditLogs = pgTable("audit_logs", {
  id: uuid().primaryKey().defaultRandom(),
  tenantId: uuid("tenant_id").notNull(),
  actorId: uuid("actor_id").notNull(),
  action: text().notNull(),
  entityId: uuid("entity_id").notNull(),
});
