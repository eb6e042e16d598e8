import { defineEntity, FullTextType, p } from "@mikro-orm/postgresql";

export const User = defineEntity({
  name: "User",
  tableName: "users",
  properties: { id: p.uuid().primary(), tenantId: p.uuid(), name: p.text() },
});

export const Document = defineEntity({
  name: "Document",
  tableName: "documents",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    author: () => p.manyToOne(User),
    title: p.text(),
    content: p.text(),
    contentHash: p.text(),
    metadata: p.json(),
    createdAt: p.datetime(3),
    search: p.type(new FullTextType("simple")).persist(false).lazy().nullable(),
  },
});

export const AuditLog = defineEntity({
  name: "AuditLog",
  tableName: "audit_logs",
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    actorId: p.uuid(),
    action: p.text(),
    entityId: p.uuid(),
    createdAt: p.datetime(3),
  },
});
