import { ReferenceKind, type EntityMetadata } from "@mikro-orm/core";

/** One reference of a row to another of its tenant. */
export interface Reference {
  /** The property with the id of the other row. */
  readonly property: string;
  readonly target: EntityMetadata;
  /** Whether the row goes with the one that it refers to. */
  readonly cascades: boolean;
}

/** References to rows of the same tenant. */
export const referencesOf = (meta: EntityMetadata): Reference[] =>
  meta.relations.flatMap(({ targetMeta, ownColumns: [column], deleteRule }) => {
    const scalar = meta.props.find(({ kind, fieldNames }) => kind === ReferenceKind.SCALAR && fieldNames[0] === column);
    if (targetMeta === undefined || scalar === undefined) return [];
    return [{ property: scalar.name, target: targetMeta, cascades: deleteRule === "cascade" }];
  });

/** Whether the rows of an entity may belong to a team, so that members of other teams do not see them. */
export const isTeamScoped = (meta: EntityMetadata): boolean => meta.filters["team"] !== undefined;
