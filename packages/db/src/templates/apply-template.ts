import type { EntityManager } from "@mikro-orm/postgresql";
import { DomainError } from "@severalty/domain/errors";
import type { NewId } from "@severalty/domain/ids";
import type { TemplateChange } from "@severalty/domain/template-changes";
import type { Config } from "@severalty/domain/tenant-config";
import { TenantConfig } from "../entities/tenant-config.ts";
import { TenantRepository } from "../tenancy/tenant-repository.ts";
import { compareWithTemplate, type Comparison } from "./preview-template.ts";
import { putItems } from "./put-items.ts";
import { removeItems } from "./remove-items.ts";

/** An item that the template changed. */
export type OfferedChange = Pick<TemplateChange, "kind" | "name" | "cookbook" | "state">;

/**
 * `locallyChanged`: the tenant made it its own. `parentMissing`: the tenant removed or renamed the agent role or cookbook that it belongs
 * to. `inUse`: the template removes it, and an agent, a task or something else still refers to it; from now on it is the tenant's own.
 */
export type SkipReason = "locallyChanged" | "parentMissing" | "inUse";

/** What was left as it was, and why. */
export type Skipped = ReadonlyMap<TemplateChange, SkipReason>;

/** What adopting a version has written, and what it has left as the tenant had it. */
export interface TemplateApplied {
  readonly key: string;
  readonly version: number;
  readonly applied: readonly OfferedChange[];
  readonly skipped: readonly (OfferedChange & { readonly reason: SkipReason })[];
}

/**
 * Brings the entered tenant to that version of a template wherever it has changed nothing itself, and says what it left as it was.
 * Repeated, it changes nothing. Throws what `compareWithTemplate` throws, `templates/version-moved` when the newest version is another,
 * and `…/stale-version` when somebody changes the same rows meanwhile.
 */
export const applyTemplate = async (
  em: EntityManager,
  given: { key?: string | undefined; version: number },
  { newId, now }: { newId: NewId; now: Date },
): Promise<TemplateApplied> => {
  const comparison = await compareWithTemplate(em, given.key);
  const { key, version, applied } = comparison;
  if (version !== given.version) {
    throw new DomainError(
      "conflict",
      "templates/version-moved",
      `the newest version of the template ${key} is ${version}, not ${given.version}: preview it again, then repeat`,
    );
  }
  if (applied?.key === key && applied.version === version) return { key, version, applied: [], skipped: [] };
  const offered = comparison.changes.filter(({ isNew, state }) => isNew && state !== "unchanged");
  // First, so that of two who apply at once the second meets another version of this row before it has changed anything.
  await follow(em, comparison, offered, now);
  const skipped: Skipped = new Map([
    ...offered.filter(({ state }) => state === "locallyChanged").map((change) => [change, "locallyChanged"] as const),
    ...(await putItems(em, comparison, offered, { newId, now })),
    ...(await removeItems(em, comparison, offered)),
  ]);
  return {
    key,
    version,
    applied: offered.filter((change) => !skipped.has(change)).map(named),
    skipped: offered.flatMap((change) => {
      const reason = skipped.get(change);
      return reason === undefined ? [] : [{ ...named(change), reason }];
    }),
  };
};

const named = ({ kind, name, cookbook, state }: TemplateChange): OfferedChange => ({ kind, name, cookbook, state });

/** Notes what the tenant follows from now on, with the configuration that this gives. */
const follow = async (
  em: EntityManager,
  { key, version, definition, tenant }: Comparison,
  offered: readonly TemplateChange[],
  now: Date,
): Promise<void> => {
  const config = new Map<string, unknown>(Object.entries(tenant.config));
  for (const { kind, name, state, after } of offered) {
    if (kind !== "config" || state === "locallyChanged") continue;
    if (state === "removed") config.delete(name);
    else config.set(name, after);
  }
  const changes = {
    // Each key's value stood in one of two valid configurations, and no rule spans two keys.
    config: Object.fromEntries(config) as Config,
    templateKey: key,
    templateVersion: version,
    templateDefinition: definition,
  };
  await new TenantRepository(em, TenantConfig).update(tenant.id, tenant.version, changes, now, ["id"]);
};
