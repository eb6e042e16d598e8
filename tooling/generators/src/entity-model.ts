import { type Field, parseFields, type ReferenceField, type ScalarField } from "./field.ts";
import { GeneratorError } from "./generator-error.ts";
import { type Names, namesOf } from "./names.ts";
import { type Target, targetNamed } from "./targets.ts";

/** What a command line says of an entity. */
export interface EntityArguments {
  readonly name: string;
  readonly plural?: string | undefined;
  readonly fields: readonly string[];
}

/** A reference and what it leads to. */
export interface ModelReference extends ReferenceField {
  /** Undefined for the entity itself. */
  readonly target: Target | undefined;
}

/** An entity that is to be. */
export interface EntityModel {
  readonly names: Names;
  readonly fields: readonly (ScalarField | ModelReference)[];
}

/** Longest name of anything in PostgreSQL, in bytes (manual, section 4.1.1). A longer one is cut off silently. */
const nameBytesMax = 63;

/** The model for a command line. Throws `GeneratorError` for what cannot be. */
export const entityModel = (given: EntityArguments, targets: ReadonlyMap<string, Target>): EntityModel => {
  const names = namesOf(given.name, given.plural);
  if (given.fields.length === 0)
    throw new GeneratorError(
      `${names.pascal} needs at least one field, such as name:text: without one there is nothing to update`,
    );
  const fields = parseFields(given.fields).map((field) => withTarget(names, field, targets));
  for (const name of fields.map(({ column }) => `${names.table}_tenant_id_${column}_foreign`))
    if (name.length > nameBytesMax)
      throw new GeneratorError(
        `${name} has more than the ${nameBytesMax} bytes of a name in PostgreSQL: choose a shorter one`,
      );
  return { names, fields };
};

const withTarget = (names: Names, field: Field, targets: ReadonlyMap<string, Target>): ScalarField | ModelReference => {
  if (field.type !== "ref") return field;
  if (field.table !== names.table) return { ...field, target: targetNamed(field, targets) };
  if (field.isOptional) return { ...field, target: undefined };
  throw new GeneratorError(
    `${field.relation} refers to ${names.table} itself, so it must be optional: the first row has none to refer to`,
  );
};
