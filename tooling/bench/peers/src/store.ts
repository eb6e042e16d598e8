import { createHash } from "node:crypto";
import type { Caller } from "./caller.ts";

/** What a caller gives for a new document. */
export interface DocumentInput {
  readonly title: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
}

/** A document without its content, as lists have it. */
export interface DocumentSummary {
  readonly id: string;
  readonly authorId: string;
  readonly title: string;
  readonly contentHash: string;
  readonly metadata: unknown;
  readonly createdAt: Date;
}

/** A document with its content. */
export interface DocumentWhole extends DocumentSummary {
  readonly content: string;
}

/** What each data path offers; the newest come with their author's name. */
export interface Store {
  byId(caller: Caller, id: string): Promise<DocumentWhole | undefined>;
  newest(caller: Caller, limit: number): Promise<(DocumentSummary & { readonly authorName: string | null })[]>;
  search(caller: Caller, word: string, limit: number): Promise<DocumentSummary[]>;
  /** Inserts the document and its audit row in one transaction. */
  create(caller: Caller, input: DocumentInput): Promise<DocumentWhole>;
}

/** SHA-256 of the content's UTF-8 bytes, in hexadecimal. */
export const contentHash = (content: string): string => createHash("sha256").update(content).digest("hex");
