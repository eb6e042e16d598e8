import { ReferenceKind, type EntityManager, type EntityName, type QueryBuilder } from "@mikro-orm/postgresql";
import { tenantOf } from "../tenancy/tenant-filter.ts";

/** An entity of the registry. */
interface NamedEntity {
  readonly meta: { readonly className: string };
}

/**
 * Whether any row of the entered tenant refers to that one, by whichever entity's reference: of every team, and without a list of
 * references that a new entity would have to be added to. Rows of `except` do not count.
 */
export const isReferenced = async (
  em: EntityManager,
  target: NamedEntity,
  id: string,
  except?: NamedEntity,
): Promise<boolean> => {
  const tenantId = tenantOf(em, "a look for references");
  for (const meta of em.getMetadata().getAll().values()) {
    if (meta.className === except?.meta.className) continue;
    for (const { targetMeta, ownColumns } of meta.relations) {
      if (targetMeta?.className !== target.meta.className) continue;
      const scalar = meta.props.find(
        ({ kind, fieldNames }) => kind === ReferenceKind.SCALAR && fieldNames[0] === ownColumns[0],
      );
      if (scalar === undefined) throw new Error(`${meta.className} refers to its target by no column of its own`);
      const found: unknown[] = await rowsOf(em, meta.class)
        .select([scalar.name])
        .where({ tenantId, [scalar.name]: id })
        .limit(1)
        .execute("all");
      if (found.length > 0) return true;
    }
  }
  return false;
};

/** Names come out of the metadata, so the builder takes them as plain ones. */
const rowsOf = (em: EntityManager, entity: EntityName) =>
  em.createQueryBuilder(entity, "row") as unknown as QueryBuilder<Record<string, unknown>, string>;
