import type { EntityManager } from "@mikro-orm/postgresql";
import { DomainError, NotFoundError } from "@severalty/domain/errors";
import type { TenantConfigId } from "@severalty/domain/ids";
import type { TemplateDefinition } from "@severalty/domain/template";
import { compareTemplate, type TemplateChange } from "@severalty/domain/template-changes";
import { byIdentity, configItems, itemsOf } from "@severalty/domain/template-items";
import type { Config } from "@severalty/domain/tenant-config";
import { Template } from "../entities/template.ts";
import { TenantConfig } from "../entities/tenant-config.ts";
import { ReadRepository, TenantRepository } from "../tenancy/tenant-repository.ts";
import { tenantItems, type TenantItems } from "./tenant-items.ts";

/** What the newest version of a template would mean for the entered tenant. */
export interface TemplatePreview {
  readonly key: string;
  /** The template's newest version, which `templates.adopt` must be given. */
  readonly version: number;
  /** What the tenant follows now; null when it follows none. */
  readonly applied: { readonly key: string; readonly version: number } | null;
  readonly changes: readonly TemplateChange[];
}

/** A preview with what applying it needs. */
export interface Comparison extends TemplatePreview {
  readonly definition: TemplateDefinition;
  readonly tenant: { readonly id: TenantConfigId; readonly version: number; readonly config: Config };
  readonly rows: TenantItems;
}

/** Before any template: nothing. */
const nothing: TemplateDefinition = { config: {}, agentRoles: [] };

/**
 * Compares the entered tenant with the newest version of a template, by default of the one that it follows. Throws
 * `templates/none-followed`, `templates/not-found` or `tenantConfigs/not-found`.
 */
export const compareWithTemplate = async (em: EntityManager, givenKey: string | undefined): Promise<Comparison> => {
  const [config] = (
    await new TenantRepository(em, TenantConfig).list(
      ["id", "version", "config", "templateKey", "templateVersion", "templateDefinition"],
      { limit: 1 },
    )
  ).rows;
  if (config === undefined) throw new NotFoundError("tenantConfigs");
  const { templateKey, templateVersion, templateDefinition } = config;
  const key = givenKey ?? templateKey;
  if (key === null || key === undefined)
    throw new DomainError(
      "invalid-input",
      "templates/none-followed",
      "this tenant follows no template: name one by its key",
    );
  const [template] = (
    await new ReadRepository(em, Template).list(["version", "definition"], { where: { key }, limit: 1 })
  ).rows;
  if (template === undefined) throw new NotFoundError("templates");
  const [was, says] = [itemsOf(templateDefinition ?? nothing), itemsOf(template.definition)];
  const rows = await tenantItems(em, [...was.values(), ...says.values()]);
  const has = new Map([...byIdentity(configItems(config.config)), ...rows.items]);
  return {
    key,
    version: template.version,
    applied:
      typeof templateKey === "string" && typeof templateVersion === "number"
        ? { key: templateKey, version: templateVersion }
        : null,
    changes: compareTemplate(was, has, says),
    definition: template.definition,
    tenant: config,
    rows,
  };
};
