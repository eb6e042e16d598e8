import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AbTestStatus } from "@severalty/domain/ab-test";
import type { AbTestId, RecipeId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { Recipe } from "./recipe.ts";

/** A comparison of two versions of a recipe by one metric. */
export const AbTest = defineEntity({
  name: "AbTest",
  properties: {
    ...tenantColumns<AbTestId>(),
    recipeId: p.uuid().$type<RecipeId>(),
    recipe: () => tenantRef(Recipe, "recipe_id"),
    name: p.text(),
    metric: p.text(),
    versionA: p.integer(),
    versionB: p.integer(),
    status: p.text().$type<AbTestStatus>().default("running"),
    ...versionColumn,
  },
  ...tenantScope("ab_tests"),
  uniques: [{ name: "ab_tests_tenant_id_name_key", properties: ["tenantId", "name"] }],
  indexes: [{ name: "ab_tests_tenant_id_recipe_id_index", properties: ["tenantId", "recipeId"] }],
  checks: [
    { name: "ab_tests_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "ab_tests_metric_check", expression: "char_length(metric) >= 1 and char_length(metric) <= 120" },
    { name: "ab_tests_versions_check", expression: "version_a >= 1 and version_b >= 1 and version_a <> version_b" },
    { name: "ab_tests_status_check", expression: "status in ('running', 'stopped')" },
  ],
});
export type AbTest = InferEntity<typeof AbTest>;
