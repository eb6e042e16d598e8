import { AbTest } from "@severalty/db/entities/ab-test";
import { AbTestResult } from "@severalty/db/entities/ab-test-result";
import { ReadRepository, TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { abTestStatuses, abTestVariants, type AbTestStatus, type AbTestVariant } from "@severalty/domain/ab-test";
import { DomainError } from "@severalty/domain/errors";
import { abTestId, recipeId, type AbTestId, type AbTestResultId, type RecipeId } from "@severalty/domain/ids";
import { displayName } from "@severalty/domain/name";
import { storableText } from "@severalty/domain/text";
import { z } from "zod";
import {
  idInput,
  listInput,
  newestFirst,
  removeInput,
  searchText,
  updateInput,
  version,
  type ListAnswer,
} from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, given, where } from "../where.ts";

/** A comparison of two versions of a recipe. */
export interface AbTestItem {
  id: AbTestId;
  recipeId: RecipeId;
  name: string;
  metric: string;
  /** Versions of the recipe that are compared. */
  versionA: number;
  versionB: number;
  status: AbTestStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** One thing that was measured of one of the two. */
export interface AbTestResultItem {
  id: AbTestResultId;
  abTestId: AbTestId;
  variant: AbTestVariant;
  value: number;
  /** What was measured, such as a task; each counts once. */
  sample: string;
  createdAt: Date;
}

const fields = [
  "id",
  "recipeId",
  "name",
  "metric",
  "versionA",
  "versionB",
  "status",
  "version",
  "createdAt",
  "updatedAt",
] as const;
const resultFields = ["id", "abTestId", "variant", "value", "sample", "createdAt"] as const;

/** Comparisons of two versions of a recipe, and what they measured. Removing one removes its results; a stopped one takes no more. */
export const abTestsRouter = router({
  list: tenantProcedure(
    "abTests.read",
    listInput({ recipeId: recipeId.optional(), status: z.enum(abTestStatuses).optional(), search: searchText }, [
      "name",
      "createdAt",
      "updatedAt",
    ]),
  ).query(({ ctx, input }): Promise<ListAnswer<AbTestItem>> => {
    const condition = where({
      recipeId: input.recipeId,
      status: input.status,
      $and: containsEachWord(["name", "metric"], input.search),
    });
    return newestFirst(new TenantRepository(ctx.em, AbTest), fields, input, condition);
  }),

  byId: tenantProcedure("abTests.read", idInput(abTestId)).query(({ ctx, input }): Promise<AbTestItem> =>
    new TenantRepository(ctx.em, AbTest).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "abTests.write",
    z
      .strictObject({ recipeId, name: displayName, metric: displayName, versionA: version, versionB: version })
      .refine(({ versionA, versionB }) => versionA !== versionB, { error: "versionA and versionB must differ" }),
  ).mutation(({ ctx, input }): Promise<AbTestItem> => {
    const { newId, clock } = ctx.services;
    return new TenantRepository(ctx.em, AbTest).create({ ...input, id: newId<AbTestId>() }, clock(), fields);
  }),

  update: tenantProcedure(
    "abTests.write",
    updateInput(abTestId, { name: displayName, status: z.enum(abTestStatuses) }),
  ).mutation(({ ctx, input }): Promise<AbTestItem> => {
    const { id, version: seen, ...changes } = input;
    return new TenantRepository(ctx.em, AbTest).update(id, seen, given(changes), ctx.services.clock(), fields);
  }),

  remove: tenantProcedure("abTests.write", removeInput(abTestId)).mutation(
    ({ ctx, input }): Promise<{ id: AbTestId }> => new TenantRepository(ctx.em, AbTest).remove(input.id, input.version),
  ),

  results: tenantProcedure("abTests.read", listInput({ abTestId, variant: z.enum(abTestVariants).optional() })).query(
    async ({ ctx, input }): Promise<ListAnswer<AbTestResultItem>> => {
      await new ReadRepository(ctx.em, AbTest).byId(input.abTestId, ["id"]);
      const condition = where({ abTestId: input.abTestId, variant: input.variant });
      return newestFirst(new ReadRepository(ctx.em, AbTestResult), resultFields, input, condition);
    },
  ),

  record: tenantProcedure(
    "abTests.write",
    z.strictObject({
      abTestId,
      variant: z.enum(abTestVariants),
      value: z.number(),
      sample: storableText({ min: 1, max: 200 }),
    }),
  ).mutation(async ({ ctx, input }): Promise<AbTestResultItem> => {
    const { newId, clock } = ctx.services;
    const { status } = await new TenantRepository(ctx.em, AbTest).referred(input.abTestId, "abTestResults", ["status"]);
    if (status === "stopped") {
      throw new DomainError("conflict", "abTests/stopped", "the A/B test is stopped and takes no more results");
    }
    const data = { ...input, id: newId<AbTestResultId>() };
    return new TenantRepository(ctx.em, AbTestResult).create(data, clock(), resultFields).last();
  }),
});
