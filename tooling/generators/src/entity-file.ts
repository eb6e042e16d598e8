import type { EntityModel, ModelReference } from "./entity-model.ts";
import type { ScalarField, ScalarType } from "./field.ts";
import { Imports } from "./imports.ts";

const builders: Readonly<Record<ScalarType, string>> = {
  text: "p.text()",
  integer: "p.integer()",
  decimal: 'p.decimal("string").precision(18).scale(6)',
  boolean: "p.boolean()",
  date: "p.date()",
  datetime: "p.datetime(3)",
  json: "p.json().$type<JsonObject>()",
};

/** The text of an entity's file. */
export const entityFile = (model: EntityModel): string => {
  const { names, fields } = model;
  const idType = `${names.pascal}Id`;
  const references = fields.filter((field) => field.type === "ref");
  const checks = fields.flatMap((field) => checkOf(names.table, field));
  return `${importsOf(model).text()}

export const ${names.camel}Id = idOf<"${idType}">();
export type ${idType} = IdOf<"${idType}">;

/** One of a tenant's ${names.kebabPlural.replaceAll("-", " ")}. */
export const ${names.pascal} = defineEntity({
  name: "${names.pascal}",
  properties: {
    ...tenantColumns<${idType}>(),
    ${fields.map((field) => propertiesOf(names.pascal, field)).join("\n    ")}
    ...versionColumn,
  },
  ...tenantScope("${names.table}"),
  ${list(
    "indexes",
    references.map(
      ({ name, column }) => `{ name: "${names.table}_tenant_id_${column}_index", properties: ["tenantId", "${name}"] }`,
    ),
  )}
  ${list("checks", checks)}
});
export type ${names.pascal} = InferEntity<typeof ${names.pascal}>;
`;
};

const importsOf = ({ fields }: EntityModel): Imports => {
  const imports = new Imports();
  imports.add("@mikro-orm/core", "defineEntity", "p", "type InferEntity");
  imports.add("@severalty/domain/ids", "idOf", "type IdOf");
  imports.add("../tenancy/tenant-entity.ts", "tenantColumns", "tenantScope", "versionColumn");
  for (const field of fields) {
    if (field.type === "json") imports.add("@severalty/domain/json", "type JsonObject");
    if (field.type !== "ref") continue;
    imports.add("../tenancy/tenant-entity.ts", "tenantRef");
    const { target } = field;
    if (target === undefined) continue;
    imports.add(`./${target.file}.ts`, target.entity);
    imports.add(target.idModule ?? `./${target.file}.ts`, `type ${target.idType}`);
  }
  return imports;
};

const propertiesOf = (entity: string, field: ScalarField | ModelReference): string => {
  const nullable = field.isOptional ? ".nullable()" : "";
  if (field.type !== "ref") {
    const preset = field.type === "json" && !field.isOptional ? `.defaultRaw("'{}'")` : "";
    return `${field.name}: ${builders[field.type]}${nullable}${preset},`;
  }
  const { target, name, relation, column } = field;
  return `${name}: p.uuid().$type<${target?.idType ?? `${entity}Id`}>()${nullable},
    ${relation}: () => tenantRef(${target?.entity ?? entity}, "${column}")${nullable},`;
};

/** In PostgreSQL's own normal form, so that the database's text is the entity's. */
const checkOf = (table: string, { type, column }: ScalarField | ModelReference): string[] => {
  const check = (expression: string) => [`{ name: "${table}_${column}_check", expression: "${expression}" }`];
  if (type === "text") return check(`char_length(${column}) >= 1 and char_length(${column}) <= 120`);
  return type === "json" ? check(`jsonb_typeof(${column}) = 'object'`) : [];
};

const list = (key: string, items: readonly string[]): string =>
  items.length === 0 ? "" : `${key}: [${items.join(", ")}],`;
