import {
  type AnyTRPCRouter,
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  transformTRPCResponse,
  TRPCError,
  type TRPCDefaultErrorShape,
  type TRPCRootConfig,
} from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { Request, RequestHandler, Response } from "express";
import { type AnswerHeaders, type HeaderList, setHeaders } from "./answer-headers.ts";
import { createCallInput } from "./call-input.ts";
import { createSingleCallOf, type SingleCall } from "./single-call.ts";

/** What a call needs of its surroundings, much as tRPC's adapters are given it. */
export interface SingleCallOptions {
  readonly router: AnyTRPCRouter;
  /** In bytes. */
  readonly maxBodySize: number;
  readonly answerHeaders: AnswerHeaders;
  /** `headers` are those of the answer, which may be added to until it is written. */
  readonly createContext: (request: Request, response: Response, headers: HeaderList) => object;
  readonly onError: (error: TRPCError, path: string | undefined, response: Response) => void;
}

/**
 * Answers requests that make one call in the plain form, byte for byte as tRPC's adapter would, and passes on all others. The adapter
 * makes a Fetch request, abort signals and a chain of web streams of each, which takes longer than all else that Node does for a read.
 * See ADR-0015.
 */
export const answerSingleCalls = (options: SingleCallOptions): RequestHandler => {
  const singleCallOf = createSingleCallOf(options.router);
  return async (request, response, next) => {
    const call = singleCallOf(request);
    if (call === undefined) {
      next();
      return;
    }
    const headers = options.answerHeaders(response);
    try {
      await answer(options, { call, request, response, headers });
    } catch (error) {
      if (!response.headersSent) setHeaders(response, headers);
      throw error;
    }
  };
};

interface Exchange {
  readonly call: SingleCall;
  readonly request: Request;
  readonly response: Response;
  readonly headers: HeaderList;
}

const answer = async (options: SingleCallOptions, exchange: Exchange): Promise<void> => {
  const { response, headers } = exchange;
  const { status, body } = await run(options, exchange);
  if (response.destroyed) return;
  headers.push("content-type", "application/json", "vary", "trpc-accept, accept");
  response.writeHead(status, headers).end(body);
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

const run = async (options: SingleCallOptions, exchange: Exchange): Promise<Answer> => {
  const { router } = options;
  const { call, request, response, headers } = exchange;
  const { path, type } = call;
  const config = configOf(router);
  const input = createCallInput(call, request, options.maxBodySize);
  let ctx: object | undefined;
  const refuse = (cause: unknown, of: string | undefined, isList: boolean): Answer => {
    const error = getTRPCErrorFromUnknown(cause);
    options.onError(error, of, response);
    const about = { config, error, type, path: of, input: input.result(), ctx };
    const refusal = { error: getTRPCErrorShape<RootTypes>(about) };
    return {
      status: getHTTPStatusCode(refusal, [error]),
      body: asJson(transformTRPCResponse(config, refusal), isList),
    };
  };
  let data: unknown;
  try {
    ctx = options.createContext(request, response, headers);
    const about = { router, path, type, ctx, getRawInput: input.read, batchIndex: 0 };
    data = await callTRPCProcedure({ ...about, signal: signalOf(response) });
    if (call.isBatch) assertNoStream(data);
  } catch (cause) {
    return refuse(cause, path, call.isBatch);
  }
  // What cannot be written is nobody's fault but the server's, of which the adapter names no procedure and makes no list.
  try {
    assertNoStream(data);
    return { status: 200, body: asJson(transformTRPCResponse(config, { result: { data } }), call.isBatch) };
  } catch (cause) {
    return refuse(cause, undefined, false);
  }
};

interface RootTypes {
  readonly ctx: object;
  readonly meta: object;
  readonly errorShape: TRPCDefaultErrorShape;
  readonly transformer: boolean;
}

/** Safe for any router: its type says nothing of what the router is made of. */
const configOf = (router: AnyTRPCRouter) => router._def._config as TRPCRootConfig<RootTypes>;

const asJson = (answered: unknown, isList: boolean): string => JSON.stringify(isList ? [answered] : answered);

/** Aborts when the caller leaves before the answer is out. */
const signalOf = (response: Response): AbortSignal => {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableEnded) controller.abort();
  });
  return controller.signal;
};

/** JSON holds nothing that comes bit by bit, and nothing that has such a part. */
const assertNoStream = (data: unknown): void => {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return;
  if (!isLater(data) && !Object.values(data).some(isLater)) return;
  const message = "Cannot use stream-like response in non-streaming request - use httpBatchStreamLink";
  throw new TRPCError({ code: "UNSUPPORTED_MEDIA_TYPE", message });
};

const isLater = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.asyncIterator in value || value instanceof Promise);
