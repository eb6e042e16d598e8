import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Response } from "express";
import helmet from "helmet";

/** Names and values in turn, as Node's `writeHead` takes them. */
export type HeaderList = string[];

/**
 * The headers that every answer bears, whatever it says: the request's id, those of a careful server, and that nobody keeps it.
 * Answers a list of its own for each request.
 */
export type AnswerHeaders = (response: Response) => HeaderList;

/** Asks helmet once: what it says is the same for every request. While draining, an answer ends its connection. */
export const createAnswerHeaders = (isDraining: () => boolean): AnswerHeaders => {
  const careful = headersOfHelmet();
  return ({ locals }) => {
    const ending = isDraining() ? ["connection", "close"] : [];
    return ["x-request-id", locals.requestId, ...careful, ...ending, "cache-control", "no-store"];
  };
};

/** Sets them on an answer that somebody else writes. */
export const setHeaders = (response: Response, headers: HeaderList): void => {
  for (let at = 0; at + 1 < headers.length; at += 2) response.setHeader(headers[at] ?? "", headers[at + 1] ?? "");
};

const headersOfHelmet = (): HeaderList => {
  const response = new RecordedResponse(new IncomingMessage(new Socket()));
  helmet()(response.req, response, () => undefined);
  return response.recorded;
};

class RecordedResponse extends ServerResponse {
  readonly recorded: HeaderList = [];
  override setHeader(name: string, value: number | string | readonly string[]): this {
    this.recorded.push(name, String(value));
    return this;
  }
}
