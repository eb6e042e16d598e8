import type { HttpRequest } from "../load/http-request.ts";

/** A document as every answer has it. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly contentHash: string;
  readonly metadata: unknown;
  readonly createdAt: string;
  /** In a document that was asked for by its id. */
  readonly content?: string;
  readonly authorName?: string;
}

/** A document to be made. */
export interface NewDocument {
  readonly title: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How one asks a kind of server, and what its answers hold. */
export interface Api {
  byId(id: string): HttpRequest;
  newest(limit: number): HttpRequest;
  create(document: NewDocument): HttpRequest;
  search(word: string, limit: number): HttpRequest;
  /** Several documents by their ids, as that API's idiom has it; absent where it has none. */
  batch?(ids: readonly string[]): HttpRequest;
  /** The documents in an answer's body, in order: none in that of an error. */
  rows(body: unknown): Row[];
}
