import { createHash, randomUUID } from "node:crypto";
import { initTRPC, TRPCError } from "@trpc/server";

/** One way in which a server may fail to keep tenants apart. */
export type Leak =
  | "none"
  | "reads by id alone"
  | "says forbidden"
  | "says whose it is"
  | "checks the version first"
  | "lists by author alone"
  | "lists by parent alone"
  | "searches all tenants"
  | "removes by id alone"
  | "removes and says not found"
  | "links to any document"
  | "goes on from its place in all tenants";

interface Row {
  readonly id: string;
  readonly userId: string;
  readonly parentId: string | null;
  readonly title: string;
  readonly content: string;
  readonly contentHash: string;
  readonly version: number;
}

interface ListInput {
  readonly limit?: number;
  readonly cursor?: string | null;
  readonly userId?: string;
  readonly parentId?: string;
  readonly search?: string;
}

const t = initTRPC.context<{ userId: string | undefined }>().create({
  isDev: false,
  errorFormatter: ({ shape: { code, message, data }, error }) => ({
    code,
    message,
    data: {
      code: data.code,
      httpStatus: data.httpStatus,
      reason: String(error.cause?.message),
      requestId: randomUUID(),
    },
  }),
});

const input = <Type>() => t.procedure.input((value: unknown) => (value ?? {}) as Type);

const refusal = (code: "NOT_FOUND" | "FORBIDDEN" | "CONFLICT", reason: string, message: string) =>
  new TRPCError({ code, message, cause: new Error(reason) });

const notFound = () => refusal("NOT_FOUND", "documents/not-found", "no such document");

/** A server in memory that keeps tenants (one user each) apart but for one leak: what the example has to find. */
export const createLeakyRouter = (leak: Leak) => {
  let rows: Row[] = [];
  const find = (id: string, userId: string | undefined, isOpen = false): Row => {
    const row = rows.find((candidate) => candidate.id === id);
    if (row === undefined || (row.userId !== userId && leak === "removes and says not found" && !isOpen))
      throw notFound();
    if (row.userId === userId || isOpen) return row;
    if (leak === "says forbidden") throw refusal("FORBIDDEN", "documents/forbidden", "not yours");
    if (leak === "says whose it is")
      throw refusal("NOT_FOUND", "documents/not-found", `no such document of ${row.title}`);
    throw notFound();
  };
  const assertVersion = (row: Row, version: number | undefined): void => {
    if (version !== undefined && row.version !== version)
      throw refusal("CONFLICT", "documents/stale-version", "changed");
  };
  const isVisible = (row: Row, { userId, parentId, search, cursor }: ListInput, caller: string | undefined) => {
    const isOpen =
      (leak === "lists by author alone" && userId !== undefined) ||
      (leak === "lists by parent alone" && parentId !== undefined) ||
      (leak === "searches all tenants" && search !== undefined) ||
      (leak === "goes on from its place in all tenants" && typeof cursor === "string");
    return (
      (isOpen || row.userId === caller) &&
      (userId === undefined || row.userId === userId) &&
      (parentId === undefined || row.parentId === parentId) &&
      (search === undefined || `${row.title} ${row.content}`.includes(search))
    );
  };
  return t.router({
    auth: t.router({
      register: t.procedure.mutation(() => {
        const id = uuidLike();
        return { accessToken: id, refreshToken: id, expiresAt: new Date(Date.now() + 900_000), user: { id } };
      }),
    }),
    documents: t.router({
      create: input<{ title: string; content?: string; parentId?: string | null }>().mutation(
        ({ ctx, input: made }) => {
          const { title, content = "", parentId = null } = made;
          if (parentId !== null) find(parentId, ctx.userId, leak === "links to any document");
          const contentHash = createHash("sha256").update(content).digest("hex");
          const row: Row = {
            id: uuidLike(),
            userId: ctx.userId ?? "",
            parentId,
            title,
            content,
            contentHash,
            version: 1,
          };
          rows.push(row);
          return row;
        },
      ),
      byId: input<{ id: string }>().query(({ ctx, input: { id } }) =>
        find(id, ctx.userId, leak === "reads by id alone"),
      ),
      list: input<ListInput>().query(({ ctx, input: asked }) => {
        const { limit = 20, cursor } = asked;
        const after =
          typeof cursor === "string" ? (JSON.parse(Buffer.from(cursor, "base64url").toString()) as [string])[0] : "g";
        const visible = rows.filter((row) => isVisible(row, asked, ctx.userId) && row.id < after);
        const items = visible.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
        const last = items.at(-1);
        const hasMore = visible.length > items.length && last !== undefined;
        return { items, nextCursor: hasMore ? Buffer.from(JSON.stringify([last.id])).toString("base64url") : null };
      }),
      update: input<{ id: string; version: number; title: string }>().mutation(
        ({ ctx, input: { id, version, title } }) => {
          if (leak === "checks the version first") assertVersion(find(id, ctx.userId, true), version);
          const row = find(id, ctx.userId);
          assertVersion(row, version);
          const next = { ...row, title, version: version + 1 };
          rows = rows.map((candidate) => (candidate === row ? next : candidate));
          return next;
        },
      ),
      remove: input<{ id: string; version?: number }>().mutation(({ ctx, input: { id, version } }) => {
        if (leak === "removes and says not found") rows = rows.filter((row) => row.id !== id);
        const row = find(id, ctx.userId, leak === "removes by id alone");
        assertVersion(row, version);
        rows = rows.filter((candidate) => candidate !== row);
        return { id };
      }),
    }),
  });
};

let made = 0;

/** Ids in the order in which they were made. */
const uuidLike = (): string => {
  made += 1;
  return `${made.toString(16).padStart(8, "0")}-0000-7${randomUUID().slice(15)}`;
};
