import { TenantConfig } from "@severalty/db/entities/tenant-config";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { NotFoundError } from "@severalty/domain/errors";
import type { TenantConfigId } from "@severalty/domain/ids";
import { config, type Config } from "@severalty/domain/tenant-config";
import { z } from "zod";
import { version } from "../pagination.ts";
import { noInput, router, tenantProcedure } from "../procedures.ts";

/** The configuration of the caller's tenant. */
export interface CurrentTenantConfig {
  id: TenantConfigId;
  /** The template that the tenant follows, and its version when it was last applied. */
  templateKey?: string | null | undefined;
  templateVersion?: number | null | undefined;
  config: Config;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = ["id", "templateKey", "templateVersion", "config", "version", "createdAt", "updatedAt"] as const;

/** A tenant has one configuration from its first day; the reserved tenant has none. */
export const tenantConfigsRouter = router({
  current: tenantProcedure("tenantConfigs.read", noInput).query(({ ctx }): Promise<CurrentTenantConfig> =>
    currentOf(new TenantRepository(ctx.em, TenantConfig)),
  ),

  /** Replaces the whole configuration. */
  update: tenantProcedure("tenantConfigs.write", z.strictObject({ version, config })).mutation(
    async ({ ctx, input }): Promise<CurrentTenantConfig> => {
      const configs = new TenantRepository(ctx.em, TenantConfig);
      const { id } = await currentOf(configs);
      return configs.update(id, input.version, { config: input.config }, ctx.services.clock(), fields).last();
    },
  ),
});

const currentOf = async (configs: TenantRepository<TenantConfig>): Promise<CurrentTenantConfig> => {
  const [current] = (await configs.list(fields, { limit: 1 })).rows;
  if (current === undefined) throw new NotFoundError("tenantConfigs");
  return current;
};
