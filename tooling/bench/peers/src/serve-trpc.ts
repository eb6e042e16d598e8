import { initTRPC, TRPCError } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";
import { z } from "zod";
import { type Caller, callerOf } from "./caller.ts";
import { settings } from "./settings.ts";
import type { Store } from "./store.ts";

/** Serves a store as Express + tRPC applications do. */
export const serveTrpc = (store: Store): void => {
  const t = initTRPC.context<{ caller: Caller | undefined }>().create();
  const authed = t.procedure.use(({ ctx, next }) => {
    if (ctx.caller === undefined) throw new TRPCError({ code: "UNAUTHORIZED" });
    return next({ ctx: { caller: ctx.caller } });
  });
  const router = t.router({
    documents: t.router({
      byId: authed.input(z.object({ id: z.uuid() })).query(async ({ ctx, input }) => {
        const document = await store.byId(ctx.caller, input.id);
        if (document === undefined) throw new TRPCError({ code: "NOT_FOUND" });
        return document;
      }),
      list: authed
        .input(z.object({ limit: z.int().min(1).max(100), search: z.string().min(1).max(200).optional() }))
        .query(({ ctx, input: { limit, search } }) =>
          search === undefined ? store.newest(ctx.caller, limit) : store.search(ctx.caller, search, limit),
        ),
      create: authed
        .input(
          z.object({
            title: z.string().min(1).max(300),
            content: z.string(),
            metadata: z.record(z.string(), z.unknown()),
          }),
        )
        .mutation(({ ctx, input }) => store.create(ctx.caller, input)),
    }),
  });
  const app = express();
  app.disable("x-powered-by");
  app.use(
    "/trpc",
    createExpressMiddleware({ router, createContext: ({ req }) => ({ caller: callerOf(req.headers.authorization) }) }),
  );
  app.listen(settings.port, settings.host);
};
