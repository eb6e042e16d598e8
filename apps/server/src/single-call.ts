import type { AnyTRPCProcedure, AnyTRPCRouter } from "@trpc/server";
import type { Request } from "express";

/** A request that makes one call in the plain form. */
export interface SingleCall {
  readonly path: string;
  readonly type: "query" | "mutation";
  /** Whether it is a batch of one, whose answer is a list of one. */
  readonly isBatch: boolean;
  /** The input of a GET, as JSON; that of a POST is its body. */
  readonly inputInUrl: string | undefined;
}

/**
 * Tells which requests make one call in the plain form: a query by GET or POST, or a mutation by POST, that there is, by its plain name,
 * with JSON as its input, and with nothing else that the protocol knows. Undefined for all others, many of which will be refused.
 */
export const createSingleCallOf = (router: AnyTRPCRouter): ((request: Request) => SingleCall | undefined) => {
  // At run time tRPC keeps them in one flat record, whatever its type says.
  const procedures = new Map(Object.entries(router._def.procedures as unknown as Record<string, AnyTRPCProcedure>));
  return (request) => {
    const { method, headers, url } = request;
    const isGet = method === "GET";
    if (!(isGet || method === "POST") || !isJson(headers["content-type"], isGet)) return undefined;
    if (!isPlainHost(headers.host) || asksForStream(headers)) return undefined;
    const [, path, batch, batched, alone] = target.exec(url) ?? [];
    const type = path === undefined ? undefined : procedures.get(path)?._def.type;
    if (path === undefined || type === undefined || type === "subscription") return undefined;
    const encoded = batched ?? alone;
    if (isGet ? type === "mutation" : encoded !== undefined) return undefined;
    const inputInUrl = isGet ? decode(encoded ?? "") : undefined;
    if (isGet && inputInUrl === undefined) return undefined;
    return { path, type, isBatch: batch !== undefined, inputInUrl };
  };
};

/** Path below /trpc, then `batch=1` and `input` or one of them or none; nothing in it that a URL's parser would change. */
const target = /^\/([\w.-]+)(?:\?(?:(batch=1)(?:&input=([!-"$-%'-~]*))?|input=([!-"$-%'-~]*)))?$/;

/** A type that is left out means JSON, where there is no body. Media types are case-insensitive (RFC 9110 section 8.3.1). */
const isJson = (contentType: string | undefined, mayLack: boolean): boolean =>
  contentType === undefined
    ? mayLack
    : contentType === "application/json" || contentType.toLowerCase().split(";", 1)[0]?.trim() === "application/json";

/** A host that makes no valid URL is refused. */
const isPlainHost = (host: string | undefined): boolean =>
  host !== undefined && /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`);

const asksForStream = (headers: Request["headers"]): boolean =>
  headers.accept?.includes("jsonl") === true || headers["trpc-accept"]?.includes("jsonl") === true;

/** As a URL's query is decoded, but undefined for what is no UTF-8. */
const decode = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
};
