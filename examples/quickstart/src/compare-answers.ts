import type { Client } from "@severalty/client";
import pLimit from "p-limit";
import { answerOf, maskedText, summaryOf, type Answer } from "./answer.ts";
import { attempts, ghostOf, targetOf, type Attempt, type Target } from "./attempts.ts";
import type { StoredDocument } from "./import-folder.ts";
import { startProgress } from "./progress.ts";

/**
 * `crossed`: the intruder reached the document. `differs`: he did not, yet the answer tells that it exists. `same`: the answer is that for a
 * document which never was.
 */
export type Verdict = "same" | "differs" | "crossed";

/** One attempt on one document, beside the same on one that never was. */
export interface Comparison {
  readonly attempt: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** In a few words. */
  readonly foreign: string;
  readonly ghost: string;
  /** In full. */
  readonly foreignText: string;
  readonly ghostText: string;
}

/** How many documents are reached for at a time. */
const parallelMax = 8;

/** Makes every attempt on every document. */
export const compareAnswers = async (intruder: Client, documents: readonly StoredDocument[]): Promise<Comparison[]> => {
  const progress = startProgress("reaching for foreign documents", documents.length);
  const limit = pLimit(parallelMax);
  const compareAll = async (document: StoredDocument): Promise<Comparison[]> => {
    const comparisons: Comparison[] = [];
    // In turn: what a removal does must not be taken for the answer to a reading.
    for (const attempt of attempts) comparisons.push(await compare(intruder, attempt, document));
    progress.step();
    return comparisons;
  };
  const all = documents.map((document) => limit(() => compareAll(document)));
  return (await Promise.all(all).finally(() => progress.end())).flat();
};

const compare = async (intruder: Client, attempt: Attempt, document: StoredDocument): Promise<Comparison> => {
  const target = targetOf(document);
  const ghost = ghostOf(target);
  const [foreignAnswer, ghostAnswer] = await Promise.all([
    answerOf(attempt.call(intruder, target)),
    answerOf(attempt.call(intruder, ghost)),
  ]);
  const [foreignText, ghostText] = [maskedText(foreignAnswer, target), maskedText(ghostAnswer, ghost)];
  return {
    attempt: attempt.name,
    title: document.title,
    verdict: isCrossed(foreignAnswer, target, document) ? "crossed" : foreignText === ghostText ? "same" : "differs",
    foreign: summaryOf(foreignAnswer),
    ghost: summaryOf(ghostAnswer),
    foreignText,
    ghostText,
  };
};

/** Whether an answer was made of the document: it succeeded and names it or its author, or bears the hash of its content. */
const isCrossed = (answer: Answer, { id, userId }: Target, { contentHash }: StoredDocument): boolean => {
  const text = JSON.stringify(answer);
  return text.includes(contentHash) || (answer.ok && (text.includes(id) || text.includes(userId)));
};
