import { createContext, type IdempotencyFacts, type RequestFacts } from "@severalty/api/context";
import { nameRequest } from "@severalty/api/errors";
import { describeError, logFailure } from "@severalty/api/log-failure";
import { appRouter } from "@severalty/api/root";
import type { Services } from "@severalty/api/services";
import type { TRPCError } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { type AnswerHeaders, createAnswerHeaders, setHeaders } from "./answer-headers.ts";
import { answerSingleCalls } from "./answer-single-calls.ts";
import type { Databases } from "./connect.ts";
import { healthz, readyz } from "./health.ts";
import { requestLog } from "./request-log.ts";

/** Largest request body, in bytes (4 MiB): a document's content at its longest, as JSON. */
export const bodyBytesMax = 4 * 1024 * 1024;

/** Largest request body that names a procedure of `auth`, in bytes (64 KiB): strangers may send it, and none of it is long. */
export const authBodyBytesMax = 64 * 1024;

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
  const answerHeaders = createAnswerHeaders(options.isDraining);
  app.use(
    "/trpc",
    byBodyLimit((maxBodySize) => singleCalls(services, answerHeaders, maxBodySize)),
  );
  app.use((_request, response, next) => {
    setHeaders(response, answerHeaders(response));
    next();
  });
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(databases, options.isDraining));
  app.use(
    "/trpc",
    byBodyLimit((maxBodySize) => allOtherCalls(services, maxBodySize)),
  );
  app.use((_request, response) => {
    answerError(response, 404, "request/unknown-path", "there is nothing at this path: procedures are below /trpc");
  });
  app.use(lastResort);
  return app;
};

/** One handler for requests that name a procedure of `auth`, alone or in a batch, and one for all others. */
const byBodyLimit = (make: (maxBodySize: number) => RequestHandler): RequestHandler => {
  const [ofAuth, ofOthers] = [make(authBodyBytesMax), make(bodyBytesMax)];
  return (request, response, next) => (namesAuth(request.path) ? ofAuth : ofOthers)(request, response, next);
};

const namesAuth = (path: string): boolean => {
  try {
    return /[/,]auth\./.test(decodeURIComponent(path));
  } catch {
    return true;
  }
};

const singleCalls = (services: Services, answerHeaders: AnswerHeaders, maxBodySize: number): RequestHandler =>
  answerSingleCalls({
    router: appRouter,
    maxBodySize,
    answerHeaders,
    createContext: (request, response, headers) => {
      const onReplayed = () => void headers.push(...replayed);
      return createContext(services, factsOf(request, response, { callCount: 1, onReplayed }));
    },
    onError: (error, path, response) => noteError(services, error, path, response),
  });

const allOtherCalls = (services: Services, maxBodySize: number): RequestHandler =>
  createExpressMiddleware({
    router: appRouter,
    maxBodySize,
    allowMethodOverride: true,
    maxBatchSize: batchSizeMax,
    createContext: ({ req, res, info }) => {
      const onReplayed = () => {
        if (!res.headersSent) setHeaders(res, replayed);
      };
      return createContext(services, factsOf(req, res, { callCount: info.calls.length, onReplayed }));
    },
    onError: ({ error, path, req: { res } }) => noteError(services, error, path, res),
    // What is refused before it has a context would leave as text/plain.
    responseMeta: ({ ctx }) => (ctx === undefined ? { headers: { "content-type": "application/json" } } : {}),
  });

const noteError = (
  { log }: Services,
  error: TRPCError,
  path: string | undefined,
  response?: express.Response,
): void => {
  if (response !== undefined) nameRequest(error, response.locals.requestId);
  logFailure(response?.locals.log ?? log, path, error);
};

/** What an answer bears that was stored. */
const replayed = ["idempotency-replayed", "true"];

const factsOf = (
  request: express.Request,
  { locals: { requestId, log } }: express.Response,
  calls: Pick<IdempotencyFacts, "callCount" | "onReplayed">,
): RequestFacts => {
  const { headers, ip = null } = request;
  const key = request.header("idempotency-key");
  return {
    authorization: headers.authorization,
    apiKey: request.header("x-api-key"),
    requestId,
    log,
    ip,
    userAgent: headers["user-agent"] ?? null,
    idempotency: key === undefined ? undefined : { key, ...calls },
  };
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
