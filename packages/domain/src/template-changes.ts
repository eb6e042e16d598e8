import { isDeepStrictEqual } from "node:util";
import type { TemplateItem, TemplateItems } from "./template-items.ts";

/** What the newest version means for one item of a tenant. */
export type TemplateState = "added" | "changed" | "removed" | "locallyChanged" | "unchanged";

/** What the newest version means for one thing of the tenant. */
export interface TemplateChange {
  readonly kind: TemplateItem["kind"];
  readonly name: string;
  /** Of a recipe, else null. */
  readonly cookbook: string | null;
  readonly state: TemplateState;
  /** Whether the newest version says something else than the one that was applied. */
  readonly isNew: boolean;
  /** What the tenant has; null for nothing. */
  readonly before: TemplateItem["content"];
  /** What the newest version says; null for nothing. */
  readonly after: TemplateItem["content"];
}

/**
 * Three ways: what was applied, what the tenant has now, and the newest version. An item that the tenant has as it was applied follows
 * the template; one that it has made its own (changed, removed, or added under the same name) is `locallyChanged`, unless it is
 * what the newest version says anyway. Items that are in neither version are the tenant's alone and not listed.
 */
export const compareTemplate = (
  applied: TemplateItems,
  current: TemplateItems,
  newest: TemplateItems,
): TemplateChange[] =>
  [...new Map([...newest, ...applied])].flatMap(([identity, item]) => {
    const [was, has, says] = [applied, current, newest].map(
      (items) => items.get(identity)?.content ?? null,
    ) as Contents;
    if (has === null && says === null) return [];
    const { kind, name } = item;
    const cookbook = item.kind === "recipe" ? item.cookbook : null;
    const isNew = !isDeepStrictEqual(was, says);
    return [{ kind, name, cookbook, state: stateOf(was, has, says), isNew, before: has, after: says }];
  });

type Content = TemplateItem["content"];
/** One for each of three maps. */
type Contents = [Content, Content, Content];

const stateOf = (was: Content, has: Content, says: Content): TemplateState => {
  if (isDeepStrictEqual(has, says)) return "unchanged";
  if (!isDeepStrictEqual(has, was)) return "locallyChanged";
  if (was === null) return "added";
  return says === null ? "removed" : "changed";
};
