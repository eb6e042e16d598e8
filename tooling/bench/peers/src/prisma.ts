// Express + tRPC + Prisma 7 without its Rust engine: row-level security by the client extension of its documentation.
import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "../generated/client.ts";
import { serveTrpc } from "./serve-trpc.ts";
import { settings } from "./settings.ts";
import { contentHash, type DocumentSummary } from "./store.ts";

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: settings.databaseUrl, max: settings.poolMax }),
});

const setTenant = (tenantId: string) => prisma.$executeRaw`select set_config('app.tenant_id', ${tenantId}, true)`;

const forTenant = (tenantId: string) =>
  prisma.$extends({
    query: {
      $allModels: {
        $allOperations: async ({ args, query }) => {
          const [, result] = await prisma.$transaction([
            setTenant(tenantId),
            query(args) as Prisma.PrismaPromise<unknown>,
          ]);
          return result;
        },
      },
    },
  });

const summary = { id: true, authorId: true, title: true, contentHash: true, metadata: true, createdAt: true } as const;
const whole = { ...summary, content: true } as const;

serveTrpc({
  byId: async ({ tenantId }, id) =>
    (await forTenant(tenantId).document.findUnique({ where: { id }, select: whole })) ?? undefined,
  newest: async ({ tenantId }, limit) => {
    const rows = await forTenant(tenantId).document.findMany({
      select: { ...summary, author: { select: { name: true } } },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(({ author, ...row }) => ({ ...row, authorName: author.name }));
  },
  search: async ({ tenantId }, word, limit) => {
    const [, rows] = await prisma.$transaction([
      setTenant(tenantId),
      prisma.$queryRaw<
        DocumentSummary[]
      >`select id, author_id as "authorId", title, content_hash as "contentHash", metadata,
        created_at as "createdAt" from documents where search @@ plainto_tsquery('simple', ${word})
        order by created_at desc, id desc limit ${limit}`,
    ]);
    return rows;
  },
  create: async ({ tenantId, userId }, { title, content, metadata }) => {
    const id = randomUUID();
    const data = {
      id,
      tenantId,
      authorId: userId,
      title,
      content,
      contentHash: contentHash(content),
      metadata: metadata as Prisma.InputJsonObject,
    };
    const log = { tenantId, actorId: userId, action: "documents.create", entityId: id };
    const [, document] = await prisma.$transaction([
      setTenant(tenantId),
      prisma.document.create({ data, select: whole }),
      prisma.auditLog.create({ data: log, select: { id: true } }),
    ]);
    return document;
  },
});
