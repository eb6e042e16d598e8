import { LockMode, type EntityManager } from "@mikro-orm/postgresql";
import type { CookbookId } from "@severalty/domain/ids";
import type { TemplateChange } from "@severalty/domain/template-changes";
import { AgentRole } from "../entities/agent-role.ts";
import { Cookbook } from "../entities/cookbook.ts";
import { Recipe } from "../entities/recipe.ts";
import { TenantRepository } from "../tenancy/tenant-repository.ts";
import type { SkipReason } from "./apply-template.ts";
import { isReferenced } from "./is-referenced.ts";
import type { Comparison } from "./preview-template.ts";

/**
 * Removes what the template no longer has and nothing refers to: recipes, then cookbooks, then roles. Whoever uses a cookbook uses its
 * recipes. Says what it skipped.
 */
export const removeItems = async (
  em: EntityManager,
  { rows }: Comparison,
  offered: readonly TemplateChange[],
): Promise<Map<TemplateChange, SkipReason>> => {
  const skipped = new Map<TemplateChange, SkipReason>();
  const due = offered.filter(({ state }) => state === "removed");
  const dueFor = (kind: TemplateChange["kind"], name: string, cookbook: string | null = null) =>
    due.find((change) => change.kind === kind && change.name === name && change.cookbook === cookbook);

  const leaving = rows.cookbooks.filter(({ name }) => dueFor("cookbook", name) !== undefined);
  await lock(
    em,
    leaving.map(({ id }) => id),
  );
  for (const { id, name, version, cookbookId } of rows.recipes) {
    const cookbook = rows.cookbooks.find((book) => book.id === cookbookId);
    const change = cookbook && dueFor("recipe", name, cookbook.name);
    if (cookbook === undefined || change === undefined) continue;
    const isUsed =
      (await isReferenced(em, Recipe, id)) ||
      (dueFor("cookbook", cookbook.name) !== undefined && (await isReferenced(em, Cookbook, cookbookId, Recipe)));
    if (isUsed) skipped.set(change, "inUse");
    else await new TenantRepository(em, Recipe).remove(id, version);
  }
  for (const { id, name, version } of rows.cookbooks) {
    const change = dueFor("cookbook", name);
    if (change === undefined) continue;
    if (await isReferenced(em, Cookbook, id)) skipped.set(change, "inUse");
    else await new TenantRepository(em, Cookbook).remove(id, version);
  }
  for (const { id, name, version } of rows.agentRoles) {
    const change = dueFor("agentRole", name);
    if (change === undefined) continue;
    if (await isReferenced(em, AgentRole, id)) skipped.set(change, "inUse");
    else await new TenantRepository(em, AgentRole).remove(id, version);
  }
  return skipped;
};

/** Waits for whoever is adding to the cookbooks, and lets nobody begin: their recipes would go along unseen. */
const lock = async (em: EntityManager, cookbookIds: CookbookId[]): Promise<void> => {
  const query = em
    .createQueryBuilder(Cookbook, "row")
    .select("id")
    .where({ id: { $in: cookbookIds } });
  await query.applyFilters();
  await query.orderBy({ id: "asc" }).setLockMode(LockMode.PESSIMISTIC_WRITE).execute("all");
};
