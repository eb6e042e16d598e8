import { randomBytes } from "node:crypto";
import type { Client } from "@severalty/client";
import type { StoredDocument } from "./import-folder.ts";

/** What an intruder aims at: a document that is not his, or one that never was. */
export interface Target {
  readonly id: string;
  /** The author. */
  readonly userId: string;
  readonly version: number;
  /** Where a list that ended with this document would go on. */
  readonly cursor: string;
  /** Words that only this document has. */
  readonly phrase: string;
}

/** One way to reach for a document. */
export interface Attempt {
  readonly name: string;
  readonly call: (intruder: Client, target: Target) => Promise<unknown>;
}

/** Every way to reach for a document by what is known of it. */
export const attempts: readonly Attempt[] = [
  { name: "read it", call: ({ documents }, { id }) => documents.byId.query({ id }) },
  { name: "list what stands under it", call: ({ documents }, { id }) => documents.list.query({ parentId: id }) },
  { name: "list its author's documents", call: ({ documents }, { userId }) => documents.list.query({ userId }) },
  { name: "list on from its place", call: ({ documents }, { cursor }) => documents.list.query({ cursor }) },
  { name: "search for its words", call: ({ documents }, { phrase }) => documents.list.query({ search: phrase }) },
  {
    name: "update it",
    call: ({ documents }, { id, version }) => documents.update.mutate({ id, version, title: "taken over" }),
  },
  {
    name: "update another version of it",
    call: ({ documents }, { id, version }) =>
      documents.update.mutate({ id, version: version + 1, title: "taken over" }),
  },
  {
    name: "put a document under it",
    call: ({ documents }, { id }) => documents.create.mutate({ title: "x", parentId: id }),
  },
  {
    name: "remove another version of it",
    call: ({ documents }, { id, version }) => documents.remove.mutate({ id, version: version + 1 }),
  },
  { name: "remove it", call: ({ documents }, { id }) => documents.remove.mutate({ id }) },
];

/** A document as a target. */
export const targetOf = ({ id, userId, version, title, content }: StoredDocument): Target => ({
  id,
  userId,
  version,
  cursor: cursorAt(id),
  phrase: longestLine(content) || title,
});

/** A target like another, down to the time in its id, that never existed. */
export const ghostOf = ({ id, userId, version, phrase }: Target): Target => {
  const ghostId = ghostIdOf(id);
  return {
    id: ghostId,
    userId: ghostIdOf(userId),
    version,
    cursor: cursorAt(ghostId),
    phrase: randomBytes(Math.ceil(phrase.length / 2)).toString("hex"),
  };
};

/** Another id of the same millisecond: UUID version 7 ends with 62 random bits, of which 48 are drawn anew. */
const ghostIdOf = (id: string): string => id.slice(0, -12) + randomBytes(6).toString("hex");

/** A cursor as the server makes them: not secret, so an intruder can make one of any id. */
const cursorAt = (id: string): string => Buffer.from(JSON.stringify([id])).toString("base64url");

/** Longest search, in characters, that is sent: half of what the server takes. */
const phraseLengthMax = 100;

/** Characters of a content that a search looks at (`documents.list`). */
const searchedMax = 50_000;

/** Of what is searched; a line without a letter or digit, such as a table's rule, has no word to be found by. */
const longestLine = (content: string): string => {
  const searched = content.slice(0, searchedMax).split(/\r?\n/);
  const lines = searched
    .map((line) => line.trim().slice(0, phraseLengthMax))
    .filter((line) => /[\p{L}\p{Nd}]/u.test(line));
  // A pair of surrogates that was cut in two is no text.
  const texts = lines.map((line) => (line.isWellFormed() ? line : line.slice(0, -1)).trim());
  return texts.reduce((longest, line) => (line.length > longest.length ? line : longest), "");
};
