import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GeneratorError } from "./generator-error.ts";
import type { ReferenceField } from "./field.ts";

/** What a reference can lead to. */
export interface Target {
  /** `Team`. */
  readonly entity: string;
  /** `team`, the entity's file. */
  readonly file: string;
  /** `TeamId`. */
  readonly idType: string;
  /** `teamId`, the rule for one from outside. */
  readonly idRule: string;
  /** Package of the id, when it does not stand beside its entity. */
  readonly idModule: string | undefined;
}

/** Where entities are, from the root of the repository. */
export const entitiesFolder = "packages/db/src/entities";

/** Every tenant-scoped entity with the composite key that a reference needs, by its table. */
export const readTargets = (root: string): Map<string, Target> =>
  new Map(
    readdirSync(join(root, entitiesFolder))
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => {
        const found = targetOf(name.slice(0, -3), readFileSync(join(root, entitiesFolder, name), "utf8"));
        return found === undefined ? [] : [found];
      }),
  );

/** The target of a reference. Throws `GeneratorError`. */
export const targetNamed = ({ table, relation }: ReferenceField, targets: ReadonlyMap<string, Target>): Target => {
  const target = targets.get(table);
  if (target !== undefined) return target;
  throw new GeneratorError(
    `${relation} refers to ${table}, which is no table of a tenant. Tables are ${[...targets.keys()].toSorted().join(", ")}`,
  );
};

const targetOf = (file: string, source: string): [string, Target] | undefined => {
  const table = /\.\.\.\w+Scope\("(\w+)"/.exec(source)?.[1];
  const entity = /^export const (\w+) = defineEntity\(/m.exec(source)?.[1];
  const idType = /\.\.\.tenantColumns<(\w+)>/.exec(source)?.[1];
  if (table === undefined || entity === undefined || idType === undefined) return undefined;
  const idRule = idType.charAt(0).toLowerCase() + idType.slice(1);
  return [table, { entity, file, idType, idRule, idModule: moduleOf(idType, source) }];
};

const moduleOf = (name: string, source: string): string | undefined => {
  for (const [, names = "", from] of source.matchAll(/^import (?:type )?\{([^}]*)\} from "([^"]+)"/gm))
    if (names.split(/[\s,]+/).includes(name)) return from;
  return undefined;
};
