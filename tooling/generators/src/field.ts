import { GeneratorError } from "./generator-error.ts";
import { assertNotReserved, camelOf, kebabOf, snakeOf } from "./names.ts";

/** Types of fields, with what each is. */
export const fieldTypes = {
  text: "1 to 120 characters, trimmed",
  integer: "a whole number of 32 bits",
  decimal: "an exact number as text, numeric(18,6)",
  boolean: "true or false",
  date: "a day, YYYY-MM-DD",
  datetime: "a moment, ISO 8601, to the millisecond",
  json: "a JSON object",
} as const;

export type ScalarType = keyof typeof fieldTypes;

interface Named {
  /** `dueOn`, of the property and of the API. */
  readonly name: string;
  /** `due_on`. */
  readonly column: string;
  readonly isOptional: boolean;
}

export interface ScalarField extends Named {
  readonly type: ScalarType;
}

/** A reference to a row of the same tenant; the property ends in `Id`. */
export interface ReferenceField extends Named {
  readonly type: "ref";
  /** `customer`, of what is joined. */
  readonly relation: string;
  /** Table of the target. */
  readonly table: string;
}

export type Field = ScalarField | ReferenceField;

/** Fields out of arguments such as `amount:decimal`, `due:date?` and `customer:ref(teams)`. Throws `GeneratorError`. */
export const parseFields = (specs: readonly string[]): Field[] => {
  const fields = specs.map(parseField);
  const names = fields.flatMap((field) => (field.type === "ref" ? [field.name, field.relation] : [field.name]));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new GeneratorError(`two fields are named ${twice}`);
  return fields;
};

const parseField = (spec: string): Field => {
  const [, given, type = "", table, optional] = /^([^:]+):([a-z]+)(?:\(([^()]*)\))?(\?)?$/.exec(spec) ?? [];
  if (given === undefined)
    throw new GeneratorError(`a field must be of the form name:type, got ${JSON.stringify(spec)}. ${typesSentence}`);
  const kebab = kebabOf(given, "the name of a field");
  const isOptional = optional !== undefined;
  if (type === "ref") {
    if (table === undefined || !/^[a-z][a-z0-9_]*$/.test(table))
      throw new GeneratorError(
        `a reference must name a table, ${given}:ref(teams) for example, got ${JSON.stringify(spec)}`,
      );
    if (kebab.endsWith("-id"))
      throw new GeneratorError(`a reference gets its Id by itself: write ${kebab.slice(0, -3)}, not ${given}`);
    const column = snakeOf(`${kebab}-id`);
    return { type, table, isOptional, relation: nameOf(kebab), name: nameOf(`${kebab}-id`), column };
  }
  if (!isScalarType(type) || table !== undefined)
    throw new GeneratorError(`the type of ${given} is unknown: ${spec.slice(spec.indexOf(":") + 1)}. ${typesSentence}`);
  const column = snakeOf(kebab);
  assertNotReserved(column, "a column");
  return { type, isOptional, name: nameOf(kebab), column };
};

const isScalarType = (type: string): type is ScalarType => Object.hasOwn(fieldTypes, type);

const typesSentence = `Types are ${Object.keys(fieldTypes).join(", ")} and ref(table); a ? behind one makes the field optional`;

/** What every entity has, and what every object has. */
const taken = new Set([
  "id",
  "tenant",
  "tenantId",
  "createdAt",
  "updatedAt",
  "version",
  ...Object.getOwnPropertyNames(Object.prototype),
]);

const nameOf = (kebab: string): string => {
  const name = camelOf(kebab);
  if (taken.has(name)) throw new GeneratorError(`${name} cannot name a field: every entity has it already`);
  return name;
};
