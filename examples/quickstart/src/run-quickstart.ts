import { compareAnswers } from "./compare-answers.ts";
import { comparisonTable, describeFailures, isFailure } from "./comparison-table.ts";
import { importFolder } from "./import-folder.ts";
import { readMarkdown, SetupError, type SkippedFile } from "./markdown-files.ts";
import { findChanges, findMismatches, findUnsearchable, readAll } from "./read-back.ts";
import { signUp } from "./sign-up.ts";

export interface QuickstartOptions {
  /** Where the server is. */
  readonly url: string;
  /** What the paths in titles are relative to. */
  readonly folder: string;
  /** The Markdown files to import. */
  readonly paths: readonly string[];
  readonly say: (line: string) => void;
}

/**
 * Imports the files as one new tenant, reads them back, and reaches for every one of them as another. Answers whether all held: nothing was
 * lost, nothing crossed, and nothing told the second tenant what exists. Throws `SetupError` when there is nothing to import.
 */
export const runQuickstart = async ({ url, folder, paths, say }: QuickstartOptions): Promise<boolean> => {
  const { files, skipped: unreadable } = readMarkdown(folder, paths);
  // The second tenant first: a document of its own, older than any that is imported, stays in reach of every forged cursor.
  const second = await signUp(url, "second");
  await second.client.documents.create.mutate({ title: "⁂", content: "⁂" });
  const first = await signUp(url, "first");
  say(`registered the tenants ${first.tenantSlug} and ${second.tenantSlug} on ${url}`);

  const { imported, skipped: refused } = await importFolder(first.client, files);
  const skipped = [...unreadable, ...refused];
  for (const { path, reason } of skipped) say(`skipped ${path}: ${reason}`);
  if (imported.length === 0) throw new SetupError(`none of the ${paths.length} Markdown files could be imported`);

  const stored = await readAll(first.client);
  const mismatches = findMismatches(imported, stored);
  say(`${stored.size} documents read back, ${mismatches.length} mismatches of content or hash`);
  const unsearchable = await findUnsearchable(first.client, [...stored.values()]);

  const comparisons = await compareAnswers(second.client, [...stored.values()]);
  say(comparisonTable(comparisons));
  const changes = findChanges(stored, await readAll(first.client));
  const faults = [...mismatches, ...unsearchable, ...changes];
  for (const line of [...faults, ...describeFailures(comparisons)]) say(line);

  const failures = comparisons.filter(isFailure).length + faults.length;
  say(conclusion(imported.length, skipped, comparisons.length, failures));
  return failures === 0;
};

const conclusion = (imported: number, skipped: readonly SkippedFile[], compared: number, failures: number): string => {
  const counts = `${imported} documents imported, ${skipped.length} files skipped, ${compared} attempts compared`;
  return failures === 0
    ? `OK: ${counts}; nothing crossed, nothing changed, and no answer told a foreign document from one that never existed.`
    : `FAILED: ${counts}; ${failures} failures, listed above.`;
};
