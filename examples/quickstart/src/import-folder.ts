import { posix } from "node:path";
import { SeveraltyError, type Client, type Outputs } from "@severalty/client";
import pLimit from "p-limit";
import type { MarkdownFile, SkippedFile } from "./markdown-files.ts";
import { startProgress } from "./progress.ts";

/** A document as the server answers it. */
export type StoredDocument = Outputs["documents"]["byId"];

/** A file and the document that it became. */
export interface ImportedFile {
  readonly file: MarkdownFile;
  readonly document: StoredDocument;
}

/** How many documents are created at a time. */
const parallelMax = 4;

/**
 * Creates a document of each file, titled by its path. A file stands under the README of its folder, or of the nearest folder above that
 * has one. Files that break a rule of the server are skipped with its message.
 */
export const importFolder = async (
  client: Client,
  files: readonly MarkdownFile[],
): Promise<{ imported: ImportedFile[]; skipped: SkippedFile[] }> => {
  const progress = startProgress("importing", files.length);
  const limit = pLimit(parallelMax);
  const readmes = new Map(files.filter(isReadme).map(({ path }) => [posix.dirname(path), path]));
  const created = new Map<string, Promise<StoredDocument | SkippedFile>>();
  const create = async (file: MarkdownFile) => {
    const parent = await created.get(readmeAbove(file.path, readmes) ?? "");
    const answer = await createOrSkip(client, file, parent !== undefined && "id" in parent ? parent.id : null);
    progress.step();
    return answer;
  };
  // Parents first: a document waits only for one that was begun before it.
  const sorted = files.toSorted(byRank);
  for (const file of sorted) created.set(file.path, limit(create, file));
  const answers = await Promise.all(created.values()).finally(() => progress.end());
  return {
    imported: sorted.flatMap((file, index) => {
      const document = answers[index];
      return document !== undefined && "id" in document ? [{ file, document }] : [];
    }),
    skipped: answers.filter((answer) => "reason" in answer),
  };
};

const createOrSkip = async (client: Client, file: MarkdownFile, parentId: string | null) => {
  const { path, text, bytes } = file;
  try {
    return await client.documents.create.mutate({ title: path, content: text, metadata: { path, bytes }, parentId });
  } catch (error) {
    const isRuleBroken = error instanceof SeveraltyError && refusals.has(error.code);
    if (isRuleBroken) return { path, reason: `${error.reason}: ${error.message}` };
    throw error;
  }
};

const refusals: ReadonlySet<string> = new Set(["BAD_REQUEST", "PAYLOAD_TOO_LARGE"]);

/** The README, other than itself, that is nearest above a path; `readmes` has each by its folder. */
const readmeAbove = (path: string, readmes: ReadonlyMap<string, string>): string | undefined => {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const readme = readmes.get(folder);
    if (readme !== undefined && readme !== path) return readme;
    if (folder === ".") return undefined;
  }
};

const isReadme = ({ path }: MarkdownFile): boolean => /^readme\.(md|markdown)$/i.test(posix.basename(path));

const depthOf = ({ path }: MarkdownFile): number => path.split("/").length;

const byRank = (one: MarkdownFile, other: MarkdownFile): number =>
  depthOf(one) - depthOf(other) ||
  Number(isReadme(other)) - Number(isReadme(one)) ||
  one.path.localeCompare(other.path);
