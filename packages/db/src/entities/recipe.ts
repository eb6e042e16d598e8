import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { CookbookId, RecipeId } from "@severalty/domain/ids";
import type { RecipeDefinition, RecipeStatus } from "@severalty/domain/recipe";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { Cookbook } from "./cookbook.ts";

/** A procedure for agents: the YAML that a person wrote, and what it means. Goes with its cookbook. */
export const Recipe = defineEntity({
  name: "Recipe",
  properties: {
    ...tenantColumns<RecipeId>(),
    cookbookId: p.uuid().$type<CookbookId>(),
    cookbook: () => tenantRef(Cookbook, "cookbook_id").deleteRule("cascade"),
    name: p.text(),
    sourceYaml: p.text(),
    definition: p.json().$type<RecipeDefinition>(),
    status: p.text().$type<RecipeStatus>().default("draft"),
    ...versionColumn,
  },
  ...tenantScope("recipes"),
  uniques: [{ name: "recipes_tenant_id_cookbook_id_name_key", properties: ["tenantId", "cookbookId", "name"] }],
  checks: [
    { name: "recipes_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "recipes_status_check", expression: "status in ('draft', 'published')" },
    { name: "recipes_definition_check", expression: "jsonb_typeof(definition) = 'object'" },
  ],
});
export type Recipe = InferEntity<typeof Recipe>;
