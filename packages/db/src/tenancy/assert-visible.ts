import { raw, type EntityManager, type EntityMetadata } from "@mikro-orm/postgresql";
import { ReferenceNotFoundError } from "@severalty/domain/errors";
import { nounOf } from "./noun-of.ts";
import { isTeamScoped, referencesOf, type Reference } from "./references.ts";

/**
 * Before a row is written: what it refers to and may belong to a team is seen by the caller, and the team that it gets is the caller's
 * own or he sees all. Otherwise throws what a broken foreign key throws, so that a hidden row answers as one that never was. Foreign
 * keys hold the tenant; this holds the team.
 */
export const assertVisible = async (em: EntityManager, meta: EntityMetadata, data: object): Promise<void> => {
  for (const reference of referencesOf(meta)) {
    const id = (data as Record<string, unknown>)[reference.property];
    if (typeof id !== "string") continue;
    const condition = conditionOf(meta, reference);
    if (condition === undefined) continue;
    const query = em.createQueryBuilder(reference.target.class, "row").select("id").where({ id });
    query.andWhere(condition);
    await query.applyFilters();
    const rows = await query.execute<unknown[]>("all");
    if (rows.length === 0) throw new ReferenceNotFoundError(nounOf(meta.collection));
  }
};

/** What must hold of the row referred to, beside the filters of its entity; undefined if any row of the tenant will do. */
const conditionOf = (meta: EntityMetadata, { property, target }: Reference): Record<string, unknown> | undefined => {
  if (isTeamScoped(target)) return {};
  if (property !== "teamId" || !isTeamScoped(meta)) return undefined;
  return { $or: [{ id: { $eq: raw("app.team_id()") } }, { [raw("app.sees_all_teams()")]: true }] };
};
