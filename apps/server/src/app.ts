import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { appRouter } from "@severalty/api";
import { createOrm } from "@severalty/db";
import express from "express";

export const createApp = async (databaseUrl: string) => {
  const orm = await createOrm(databaseUrl);
  const app = express();
  app.use("/trpc", createExpressMiddleware({ router: appRouter, createContext: () => ({ em: orm.em.fork() }) }));
  return { app, close: () => orm.close() };
};
