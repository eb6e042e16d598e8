import { createHash } from "node:crypto";
import type { Client, Outputs } from "@severalty/client";
import pLimit from "p-limit";
import { targetOf } from "./attempts.ts";
import type { ImportedFile, StoredDocument } from "./import-folder.ts";
import { startProgress } from "./progress.ts";

type Page = Outputs["documents"]["list"];

/** Rows of a page: small enough that a handful of files takes more than one. */
const pageSize = 10;

/** All documents of the caller's tenant, page by page, then each with its content. */
export const readAll = async (client: Client): Promise<Map<string, StoredDocument>> => {
  const documents = new Map<string, StoredDocument>();
  const listed: Page["items"] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const page: Page = await client.documents.list.query({ limit: pageSize, cursor });
    listed.push(...page.items);
    cursor = page.nextCursor;
  }
  const progress = startProgress("reading", listed.length);
  for (let from = 0; from < listed.length; from += pageSize) {
    const page = listed.slice(from, from + pageSize);
    const wholes = await Promise.all(page.map(({ id }) => client.documents.byId.query({ id })));
    for (const whole of wholes) {
      documents.set(whole.id, whole);
      progress.step();
    }
  }
  progress.end();
  return documents;
};

/** What is wrong with what came back: files that are missing, or whose text or hash is another. */
export const findMismatches = (
  imported: readonly ImportedFile[],
  stored: ReadonlyMap<string, StoredDocument>,
): string[] => {
  const faults = imported.flatMap(({ file, document }) => {
    const found = stored.get(document.id);
    if (found === undefined) return [`${file.path} is not listed`];
    if (found.contentHash !== file.hash) return [`${file.path} has the hash ${found.contentHash}, not ${file.hash}`];
    if (sha256(found.content) !== file.hash) return [`${file.path} came back with another text`];
    return [];
  });
  if (stored.size !== imported.length) faults.push(`${imported.length} were imported, ${stored.size} are listed`);
  return faults;
};

/** Documents that their own tenant cannot find by the words that the other one is going to search for: that search would prove nothing. */
export const findUnsearchable = async (client: Client, documents: readonly StoredDocument[]): Promise<string[]> => {
  const limit = pLimit(pageSize);
  const search = async (document: StoredDocument) => {
    const { items } = await client.documents.list.query({ search: targetOf(document).phrase, limit: 1 });
    return items.length === 0 ? [`${document.title} is not found by its own words`] : [];
  };
  return (await limit.map(documents, search)).flat();
};

/** What is different from an earlier reading. */
export const findChanges = (
  before: ReadonlyMap<string, StoredDocument>,
  after: ReadonlyMap<string, StoredDocument>,
): string[] => {
  const titleOf = (id: string) => (before.get(id) ?? after.get(id))?.title;
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids
    .filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(after.get(id)))
    .map((id) => `${titleOf(id)} was ${after.has(id) ? (before.has(id) ? "changed" : "added") : "removed"}`);
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
