import { Template } from "@severalty/db/entities/template";
import { ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { applyTemplate, type TemplateApplied } from "@severalty/db/templates/apply-template";
import { compareWithTemplate, type TemplatePreview } from "@severalty/db/templates/preview-template";
import { NotFoundError } from "@severalty/domain/errors";
import type { TemplateId } from "@severalty/domain/ids";
import { templateKey, type TemplateDefinition } from "@severalty/domain/template";
import { z } from "zod";
import { listInput, newestFirst, searchText, version, type ListAnswer } from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, where } from "../where.ts";

/** A template without what it says. */
export interface TemplateSummary {
  id: TemplateId;
  key: string;
  name: string;
  description: string;
  /** Its newest version. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A template with everything that a tenant made from it is given. */
export interface TemplateWhole extends TemplateSummary {
  definition: TemplateDefinition;
}

const summary = ["id", "key", "name", "description", "version", "createdAt", "updatedAt"] as const;
const whole = [...summary, "definition"] as const;

/** What tenants start from, and follow as it grows. Templates are the same for every tenant; what is changed is the caller's. */
export const templatesRouter = router({
  /** By key, unless another order is asked for. */
  list: tenantProcedure("templates.read", listInput({ search: searchText }, ["key", "name"])).query(
    ({ ctx, input }): Promise<ListAnswer<TemplateSummary>> =>
      newestFirst(
        new ReadRepository(ctx.em, Template),
        summary,
        { ...input, sort: input.sort ?? "key" },
        where({ $and: containsEachWord(["key", "name", "description"], input.search) }),
      ),
  ),

  byKey: tenantProcedure("templates.read", z.strictObject({ key: templateKey })).query(
    async ({ ctx, input }): Promise<TemplateWhole> => {
      const { key } = input;
      const [found] = (await new ReadRepository(ctx.em, Template).list(whole, { where: { key }, limit: 1 })).rows;
      if (found === undefined) throw new NotFoundError("templates");
      return found;
    },
  ),

  /** What the newest version would mean for the caller's tenant, item by item; of the template that it follows unless another is named. */
  preview: tenantProcedure("tenantConfigs.write", z.strictObject({ key: templateKey.optional() }).prefault({}), {
    also: ["agentRoles.read", "cookbooks.read", "recipes.read"],
  }).query(async ({ ctx, input }): Promise<TemplatePreview> => {
    const { key, version: newest, applied, changes } = await compareWithTemplate(ctx.em, input.key);
    return { key, version: newest, applied, changes };
  }),

  /** Brings the tenant to the version that was previewed, wherever it has changed nothing itself. `apply` is a word that tRPC reserves. */
  adopt: tenantProcedure("tenantConfigs.write", z.strictObject({ key: templateKey.optional(), version }), {
    also: ["agentRoles.write", "cookbooks.write", "recipes.write"],
  }).mutation(({ ctx, input }): Promise<TemplateApplied> => {
    const { newId, clock } = ctx.services;
    return applyTemplate(ctx.em, input, { newId, now: clock() });
  }),
});
