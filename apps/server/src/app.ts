import { createContext } from "@severalty/api/context";
import { nameRequest } from "@severalty/api/errors";
import { describeError, logFailure } from "@severalty/api/log-failure";
import { appRouter } from "@severalty/api/root";
import type { Services } from "@severalty/api/services";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express, { type ErrorRequestHandler, type Express } from "express";
import helmet from "helmet";
import type { Databases } from "./connect.ts";
import { healthz, readyz } from "./health.ts";
import { requestLog } from "./request-log.ts";

/** Largest request body, in bytes (4 MiB): a document's content at its longest, as JSON. */
export const bodyBytesMax = 4 * 1024 * 1024;

/** Most calls in one batch. */
export const batchSizeMax = 10;

/** What the surroundings tell the app. */
export interface AppOptions {
  readonly trustProxyHops: number;
  readonly isDraining: () => boolean;
}

/** The HTTP surface: health, and every procedure below /trpc. */
export const createApp = (services: Services, databases: Databases, options: AppOptions): Express => {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("trust proxy", options.trustProxyHops);
  app.use(requestLog(services.log));
  app.use(helmet());
  app.use((_request, response, next) => {
    if (options.isDraining()) response.setHeader("connection", "close");
    response.setHeader("cache-control", "no-store");
    next();
  });
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(databases, options.isDraining));
  app.use(
    "/trpc",
    createExpressMiddleware({
      router: appRouter,
      allowMethodOverride: true,
      maxBatchSize: batchSizeMax,
      maxBodySize: bodyBytesMax,
      createContext: ({ req, res, info }) =>
        createContext(services, {
          authorization: req.header("authorization"),
          apiKey: req.header("x-api-key"),
          requestId: res.locals.requestId,
          log: res.locals.log,
          ip: req.ip ?? null,
          userAgent: req.header("user-agent") ?? null,
          idempotency: idempotencyFacts(req, res, info.calls.length),
        }),
      onError: ({ error, path, req: { res } }) => {
        if (res !== undefined) nameRequest(error, res.locals.requestId);
        logFailure(res?.locals.log ?? services.log, path, error);
      },
      // What is refused before it has a context would leave as text/plain.
      responseMeta: ({ ctx }) => (ctx === undefined ? { headers: { "content-type": "application/json" } } : {}),
    }),
  );
  app.use((_request, response) => {
    answerError(response, 404, "request/unknown-path", "there is nothing at this path: procedures are below /trpc");
  });
  app.use(lastResort);
  return app;
};

const idempotencyFacts = (request: express.Request, response: express.Response, callCount: number) => {
  const key = request.header("idempotency-key");
  if (key === undefined) return undefined;
  const onReplayed = () => {
    if (!response.headersSent) response.setHeader("idempotency-replayed", "true");
  };
  return { key, callCount, onReplayed };
};

/** Express needs all four parameters to know an error handler. */
const lastResort: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  response.locals.log.error({ err: describeError(error) }, "unhandled error");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const isCallersFault = error instanceof URIError;
  answerError(
    response,
    isCallersFault ? 400 : 500,
    isCallersFault ? "request/malformed" : "server/unexpected",
    isCallersFault
      ? "the path is not valid"
      : "something went wrong on the server: try again, or report the request id",
  );
};

const answerError = (response: express.Response, status: number, reason: string, message: string): void => {
  response
    .status(status)
    .json({ error: { message, data: { httpStatus: status, reason, requestId: response.locals.requestId } } });
};
