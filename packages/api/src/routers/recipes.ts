import { Recipe } from "@severalty/db/entities/recipe";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { cookbookId, recipeId, type CookbookId, type RecipeId } from "@severalty/domain/ids";
import { displayName } from "@severalty/domain/name";
import { recipeStatuses, type RecipeDefinition, type RecipeStatus } from "@severalty/domain/recipe";
import { parseRecipe, recipeYamlLengthMax } from "@severalty/domain/recipe-yaml";
import { storableText } from "@severalty/domain/text";
import { z } from "zod";
import {
  idInput,
  listInput,
  newestFirst,
  removeInput,
  searchText,
  updateInput,
  type ListAnswer,
} from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, given, where } from "../where.ts";

/** A recipe without what it says. */
export interface RecipeSummary {
  id: RecipeId;
  cookbookId: CookbookId;
  name: string;
  status: RecipeStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A recipe with what it says. */
export interface RecipeWhole extends RecipeSummary {
  /** As its author wrote it. */
  sourceYaml: string;
  /** What the YAML means. */
  definition: RecipeDefinition;
}

const summary = ["id", "cookbookId", "name", "status", "version", "createdAt", "updatedAt"] as const;
const whole = [...summary, "sourceYaml", "definition"] as const;

const sourceYaml = storableText({ min: 1, max: recipeYamlLengthMax, trim: false });
const status = z.enum(recipeStatuses);

/**
 * Recipes of the caller's tenant, written in YAML; a fault in one is told with its line and column. One that tasks or A/B tests tell of
 * cannot be removed: without it they would no longer say what was done.
 */
export const recipesRouter = router({
  list: tenantProcedure(
    "recipes.read",
    listInput({ cookbookId: cookbookId.optional(), status: status.optional(), search: searchText }, [
      "name",
      "createdAt",
      "updatedAt",
    ]),
  ).query(({ ctx, input }): Promise<ListAnswer<RecipeSummary>> =>
    newestFirst(
      new TenantRepository(ctx.em, Recipe),
      summary,
      input,
      where({
        cookbookId: input.cookbookId,
        status: input.status,
        $and: containsEachWord(["name", "sourceYaml"], input.search),
      }),
    ),
  ),

  byId: tenantProcedure("recipes.read", idInput(recipeId)).query(({ ctx, input }): Promise<RecipeWhole> =>
    new TenantRepository(ctx.em, Recipe).byId(input.id, whole),
  ),

  create: tenantProcedure(
    "recipes.write",
    z.strictObject({ cookbookId, name: displayName, sourceYaml, status: status.default("draft") }),
  ).mutation(({ ctx, input }): Promise<RecipeWhole> => {
    const { newId, clock } = ctx.services;
    const data = { ...input, id: newId<RecipeId>(), definition: parseRecipe(input.sourceYaml) };
    return new TenantRepository(ctx.em, Recipe).create(data, clock(), whole);
  }),

  update: tenantProcedure("recipes.write", updateInput(recipeId, { name: displayName, sourceYaml, status })).mutation(
    ({ ctx, input }): Promise<RecipeWhole> => {
      const { id, version, ...changes } = input;
      const definition = changes.sourceYaml === undefined ? undefined : parseRecipe(changes.sourceYaml);
      const recipes = new TenantRepository(ctx.em, Recipe);
      return recipes.update(id, version, given({ ...changes, definition }), ctx.services.clock(), whole);
    },
  ),

  remove: tenantProcedure("recipes.write", removeInput(recipeId)).mutation(
    ({ ctx, input }): Promise<{ id: RecipeId }> => new TenantRepository(ctx.em, Recipe).remove(input.id, input.version),
  ),
});
