import type { EntityManager } from "@mikro-orm/postgresql";
import type { AgentRoleId, CookbookId, NewId, RecipeId } from "@severalty/domain/ids";
import type { TemplateChange } from "@severalty/domain/template-changes";
import { AgentRole } from "../entities/agent-role.ts";
import { Cookbook } from "../entities/cookbook.ts";
import { Recipe } from "../entities/recipe.ts";
import { TenantRepository } from "../tenancy/tenant-repository.ts";
import type { SkipReason } from "./apply-template.ts";
import type { Comparison } from "./preview-template.ts";

/** Writes what is added or changed: roles, then cookbooks, then recipes, each of which needs the one before. Says what it skipped. */
export const putItems = async (
  em: EntityManager,
  { definition, rows }: Comparison,
  offered: readonly TemplateChange[],
  { newId, now }: { newId: NewId; now: Date },
): Promise<Map<TemplateChange, SkipReason>> => {
  const skipped = new Map<TemplateChange, SkipReason>();
  const due = offered.filter(({ state }) => state === "added" || state === "changed");
  const dueFor = (kind: TemplateChange["kind"], name: string, cookbook: string | null = null) =>
    due.find((change) => change.kind === kind && change.name === name && change.cookbook === cookbook);

  const roles = new TenantRepository(em, AgentRole);
  const roleIds = new Map(rows.agentRoles.map(({ name, id }) => [name, id]));
  for (const { name, description, capabilities, defaultConfiguration } of definition.agentRoles) {
    if (dueFor("agentRole", name) === undefined) continue;
    const row = rows.agentRoles.find((role) => role.name === name);
    const data = { description, capabilities, defaultConfiguration };
    if (row === undefined)
      roleIds.set(name, (await roles.create({ id: newId<AgentRoleId>(), name, ...data }, now, ["id"])).id);
    else await roles.update(row.id, row.version, data, now, ["id"]);
  }

  const cookbooks = new TenantRepository(em, Cookbook);
  const cookbookIds = new Map(rows.cookbooks.map(({ name, id }) => [name, id]));
  for (const role of definition.agentRoles) {
    for (const { name, description } of role.cookbooks) {
      const change = dueFor("cookbook", name);
      if (change === undefined) continue;
      const agentRoleId = roleIds.get(role.name);
      if (agentRoleId === undefined) {
        skipped.set(change, "parentMissing");
        continue;
      }
      const row = rows.cookbooks.find((cookbook) => cookbook.name === name);
      const data = { agentRoleId, description };
      if (row === undefined)
        cookbookIds.set(name, (await cookbooks.create({ id: newId<CookbookId>(), name, ...data }, now, ["id"])).id);
      else await cookbooks.update(row.id, row.version, data, now, ["id"]);
    }
  }

  const recipes = new TenantRepository(em, Recipe);
  for (const cookbook of definition.agentRoles.flatMap((role) => role.cookbooks)) {
    for (const { name, sourceYaml, definition: meaning } of cookbook.recipes) {
      const change = dueFor("recipe", name, cookbook.name);
      if (change === undefined) continue;
      const cookbookId = cookbookIds.get(cookbook.name);
      if (cookbookId === undefined) {
        skipped.set(change, "parentMissing");
        continue;
      }
      const row = rows.recipes.find((recipe) => recipe.cookbookId === cookbookId && recipe.name === name);
      const data = { sourceYaml, definition: meaning, status: "published" as const };
      if (row === undefined) await recipes.create({ id: newId<RecipeId>(), cookbookId, name, ...data }, now, ["id"]);
      else await recipes.update(row.id, row.version, data, now, ["id"]);
    }
  }
  return skipped;
};
