import { randomUUID } from "node:crypto";
import type { Request, RequestHandler } from "express";
import type { Logger } from "pino";

declare global {
  // eslint-disable-next-line typescript/no-namespace -- the only way Express lets a request carry more
  namespace Express {
    interface Locals {
      requestId: string;
      log: Logger;
    }
  }
}

/**
 * Gives every request an id, the caller's `X-Request-Id` if it is 1 to 64 letters, digits, `_`, `.` and `-`, and logs one line when the
 * answer is out. Neither query string, headers nor bodies are logged: they hold tenants' data.
 */
export const requestLog =
  (log: Logger): RequestHandler =>
  (request, response, next) => {
    const began = performance.now();
    const requestId = requestIdOf(request);
    response.locals.requestId = requestId;
    response.locals.log = log.child({ requestId });
    response.once("close", () => {
      const ms = Math.round((performance.now() - began) * 10) / 10;
      const line = { method: request.method, path: request.baseUrl + request.path, status: response.statusCode, ms };
      // Probes ask every few seconds; only their failures are worth a line.
      const level = probes.has(request.path) && response.statusCode < 400 ? "debug" : "info";
      response.locals.log[level](line, response.writableFinished ? "answered" : "closed by the client");
    });
    next();
  };

const probes = new Set(["/healthz", "/readyz"]);

const requestIdOf = (request: Request): string => {
  const given = request.header("x-request-id");
  return given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
};
