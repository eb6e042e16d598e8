import type { Config } from "./tenant-config.ts";
import type { Json, JsonObject } from "./json.ts";
import type { RecipeStatus } from "./recipe.ts";
import type { TemplateDefinition } from "./template.ts";

/** What a template can bring, one by one: a top-level key of the configuration, an agent role, a cookbook, a recipe. */
export type TemplateItem =
  | { readonly kind: "config"; readonly name: string; readonly content: Json }
  | {
      readonly kind: "agentRole";
      readonly name: string;
      readonly content: { description: string; capabilities: string[]; defaultConfiguration: JsonObject };
    }
  | { readonly kind: "cookbook"; readonly name: string; readonly content: { agentRole: string; description: string } }
  | {
      readonly kind: "recipe";
      readonly name: string;
      readonly cookbook: string;
      readonly content: { sourceYaml: string; status: RecipeStatus };
    };

/** Items by what identifies them within a tenant and within a template: kind and name, and the cookbook of a recipe. */
export type TemplateItems = ReadonlyMap<string, TemplateItem>;

export const byIdentity = (items: readonly TemplateItem[]): TemplateItems =>
  new Map(items.map((item) => [identityOf(item), item]));

/** JSON, so that no name can be written to read as another's. */
const identityOf = (item: TemplateItem): string =>
  JSON.stringify([item.kind, item.kind === "recipe" ? item.cookbook : "", item.name]);

/** A configuration's items. A key's value is taken as a whole: parts of two versions could break its rules together. */
export const configItems = (config: Config): TemplateItem[] =>
  Object.entries(config).flatMap(([name, content]): TemplateItem[] =>
    content === undefined ? [] : [{ kind: "config", name, content: content as Json }],
  );

/** A template's items, roles first, then cookbooks, then recipes, which a tenant is given published. */
export const itemsOf = ({ config, agentRoles }: TemplateDefinition): TemplateItems => {
  const cookbooks = agentRoles.flatMap((role) =>
    role.cookbooks.map((cookbook) => ({ ...cookbook, agentRole: role.name })),
  );
  return byIdentity([
    ...configItems(config),
    ...agentRoles.map(({ name, description, capabilities, defaultConfiguration }): TemplateItem => ({
      kind: "agentRole",
      name,
      content: { description, capabilities, defaultConfiguration },
    })),
    ...cookbooks.map(({ name, agentRole, description }): TemplateItem => ({
      kind: "cookbook",
      name,
      content: { agentRole, description },
    })),
    ...cookbooks.flatMap(({ name: cookbook, recipes }) =>
      recipes.map(({ name, sourceYaml }): TemplateItem => ({
        kind: "recipe",
        name,
        cookbook,
        content: { sourceYaml, status: "published" },
      })),
    ),
  ]);
};
