import { raw, type EntityManager, type EntityMetadata, type QueryBuilder } from "@mikro-orm/postgresql";
import { nounOf } from "./noun-of.ts";
import { referencesOf } from "./references.ts";

/** The ids in question: one, or a query of them. */
type Ids = string | QueryBuilder<object>;

/**
 * Rows, by noun, that keep a row from being removed: those that refer to it, or to what would go with it. Counts what the caller sees,
 * so that a hidden row adds nothing.
 */
export const countReferrers = async (
  em: EntityManager,
  meta: EntityMetadata,
  id: string,
): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  await count(em, meta, id, counts);
  return counts;
};

const count = async (
  em: EntityManager,
  removed: EntityMetadata,
  ids: Ids,
  counts: Map<string, number>,
): Promise<void> => {
  for (const meta of em.getMetadata().getAll().values()) {
    if (meta.filters["tenant"] === undefined) continue;
    for (const { property, target, cascades } of referencesOf(meta)) {
      if (target.className !== removed.className) continue;
      const referring = em.createQueryBuilder(meta.class, "row");
      referring.where({ [property]: typeof ids === "string" ? ids : { $in: ids } });
      if (cascades) {
        await count(em, meta, referring.select("id"), counts);
        continue;
      }
      await referring.applyFilters();
      const [row] = await referring.select(raw("count(*)::int as count")).execute<{ count: number }[]>("all");
      const noun = nounOf(meta.collection);
      if (row !== undefined && row.count > 0) counts.set(noun, (counts.get(noun) ?? 0) + row.count);
    }
  }
};
