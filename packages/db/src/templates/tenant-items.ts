import type { EntityManager } from "@mikro-orm/postgresql";
import type { AgentRoleId, CookbookId, RecipeId } from "@severalty/domain/ids";
import { byIdentity, type TemplateItem, type TemplateItems } from "@severalty/domain/template-items";
import { AgentRole } from "../entities/agent-role.ts";
import { Cookbook } from "../entities/cookbook.ts";
import { Recipe } from "../entities/recipe.ts";
import { TenantRepository } from "../tenancy/tenant-repository.ts";

/** A row, and the version it was read in. */
interface Row<Id> {
  readonly id: Id;
  readonly name: string;
  readonly version: number;
}

/** A tenant's agent roles, cookbooks and recipes that bear the names of something in a template: as rows, and as items. */
export interface TenantItems {
  readonly agentRoles: readonly Row<AgentRoleId>[];
  readonly cookbooks: readonly Row<CookbookId>[];
  readonly recipes: readonly (Row<RecipeId> & { readonly cookbookId: CookbookId })[];
  readonly items: TemplateItems;
}

/** Reads what bears the names of `known`, and nothing else: a tenant may have much more. */
export const tenantItems = async (em: EntityManager, known: Iterable<TemplateItem>): Promise<TenantItems> => {
  const names = {
    config: new Set<string>(),
    agentRole: new Set<string>(),
    cookbook: new Set<string>(),
    recipe: new Set<string>(),
  };
  for (const { kind, name } of known) names[kind].add(name);
  const roleRepository = new TenantRepository(em, AgentRole);
  const { rows: agentRoles } = await roleRepository.list(
    ["id", "name", "version", "description", "capabilities", "defaultConfiguration"],
    { where: { name: { $in: [...names.agentRole] } }, limit: names.agentRole.size },
  );
  const { rows: cookbooks } = await new TenantRepository(em, Cookbook).list(
    ["id", "name", "version", "description", "agentRoleId"],
    { where: { name: { $in: [...names.cookbook] } }, limit: names.cookbook.size },
  );
  const { rows: recipes } = await new TenantRepository(em, Recipe).list(
    ["id", "name", "version", "cookbookId", "sourceYaml", "status"],
    {
      where: { cookbookId: { $in: cookbooks.map(({ id }) => id) }, name: { $in: [...names.recipe] } },
      limit: cookbooks.length * names.recipe.size,
    },
  );
  const owners = new Set(cookbooks.map(({ agentRoleId }) => agentRoleId));
  const { rows: roles } = await roleRepository.list(["id", "name"], {
    where: { id: { $in: [...owners] } },
    limit: owners.size,
  });
  const roleNames = new Map(roles.map(({ id, name }) => [id, name]));
  const bookNames = new Map(cookbooks.map(({ id, name }) => [id, name]));
  const items = byIdentity([
    ...agentRoles.map(({ name, description, capabilities, defaultConfiguration }): TemplateItem => ({
      kind: "agentRole",
      name,
      content: { description, capabilities, defaultConfiguration },
    })),
    ...cookbooks.map(({ name, description, agentRoleId }): TemplateItem => ({
      kind: "cookbook",
      name,
      content: { agentRole: roleNames.get(agentRoleId) ?? "", description },
    })),
    ...recipes.map(({ name, cookbookId, sourceYaml, status }): TemplateItem => ({
      kind: "recipe",
      name,
      cookbook: bookNames.get(cookbookId) ?? "",
      content: { sourceYaml, status },
    })),
  ]);
  return { agentRoles, cookbooks, recipes, items };
};
