import type { EntityModel, ModelReference } from "./entity-model.ts";
import type { ScalarField, ScalarType } from "./field.ts";
import { Imports } from "./imports.ts";

/** A type of field in the API: what its rule is called, where it is, and what an answer has. */
interface ApiType {
  readonly rule: string;
  readonly from: readonly [module: string, ...names: string[]];
  readonly answer: string;
}

const apiTypes: Readonly<Record<ScalarType, ApiType>> = {
  text: { rule: "displayName", from: ["@severalty/domain/name", "displayName"], answer: "string" },
  integer: { rule: "z.int32()", from: ["zod", "z"], answer: "number" },
  decimal: { rule: "decimal", from: ["@severalty/domain/decimal", "decimal"], answer: "string" },
  boolean: { rule: "z.boolean()", from: ["zod", "z"], answer: "boolean" },
  date: { rule: "calendarDate", from: ["@severalty/domain/calendar-date", "calendarDate"], answer: "string" },
  datetime: { rule: "moment", from: ["@severalty/domain/moment", "moment"], answer: "Date" },
  json: { rule: "jsonObject", from: ["@severalty/domain/json", "jsonObject", "type JsonObject"], answer: "JsonObject" },
};

/** The text of a router's file: the closed set of verbs. */
export const routerFile = (model: EntityModel): string => {
  const { names, fields } = model;
  const [item, id, idType] = [`${names.pascal}Item`, `${names.camel}Id`, `${names.pascal}Id`];
  const permission = (kind: string) => `"${names.noun}.${kind}"`;
  const repository = `new TenantRepository(ctx.em, ${names.pascal})`;
  const selected = ["id", ...fields.map(({ name }) => name), "version", "createdAt", "updatedAt"];
  return `${importsOf(model).text()}

export interface ${item} {
  id: ${idType};
  ${fields.map((field) => (field.isOptional ? `${field.name}?: ${answerOf(model, field)} | null | undefined;` : `${field.name}: ${answerOf(model, field)};`)).join("\n  ")}
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = [${selected.map((name) => `"${name}"`).join(", ")}] as const;
const content = { ${fields.map((field) => entry(field, `${ruleOf(model, field)}${field.isOptional ? ".nullable()" : ""}`)).join(", ")} };

/** ${sentenceStart(names.kebabPlural)} of the caller's tenant. */
export const ${names.noun}Router = router({
  list: tenantProcedure(${permission("read")}, listInput({ ${filtersOf(model).join(", ")} })).query(
    ({ ctx, input }): Promise<ListAnswer<${item}>> =>
      newestFirst(${repository}, fields, input, where({ ${conditionsOf(model).join(", ")} })),
  ),

  byId: tenantProcedure(${permission("read")}, idInput(${id})).query(({ ctx, input }): Promise<${item}> =>
    ${repository}.byId(input.id, fields),
  ),

  create: tenantProcedure(${permission("write")}, z.strictObject({ ...content${defaultsOf(model)} })).mutation(
    ({ ctx, input }): Promise<${item}> => {
      const { newId, clock } = ctx.services;
      return ${repository}.create({ ...input, id: newId<${idType}>() }, clock(), fields);
    },
  ),

  update: tenantProcedure(${permission("write")}, updateInput(${id}, content)).mutation(({ ctx, input }): Promise<${item}> => {
    const { id, version, ...changes } = input;
    return ${repository}.update(id, version, given(changes), ctx.services.clock(), fields);
  }),

  remove: tenantProcedure(${permission("write")}, removeInput(${id})).mutation(
    ({ ctx, input }): Promise<{ id: ${idType} }> => ${repository}.remove(input.id, input.version),
  ),
});
`;
};

const importsOf = ({ names, fields }: EntityModel): Imports => {
  const imports = new Imports();
  const entity = `@severalty/db/entities/${names.kebab}`;
  imports.add(entity, names.pascal, `${names.camel}Id`, `type ${names.pascal}Id`);
  imports.add("@severalty/db/tenancy/tenant-repository", "TenantRepository");
  imports.add("zod", "z");
  imports.add(
    "../pagination.ts",
    "idInput",
    "listInput",
    "newestFirst",
    "removeInput",
    "updateInput",
    "type ListAnswer",
  );
  imports.add("../procedures.ts", "router", "tenantProcedure");
  imports.add("../where.ts", "given", "where");
  for (const field of fields) {
    if (field.type === "text") {
      imports.add("../pagination.ts", "searchText");
      imports.add("../where.ts", "containsEachWord");
    }
    if (field.type !== "ref") {
      const [module, ...rules] = apiTypes[field.type].from;
      imports.add(module, ...rules);
    } else if (field.target !== undefined) {
      const { file, idModule, idRule, idType } = field.target;
      imports.add(idModule ?? `@severalty/db/entities/${file}`, idRule, `type ${idType}`);
    }
  }
  return imports;
};

const answerOf = ({ names }: EntityModel, field: ScalarField | ModelReference): string =>
  field.type === "ref" ? (field.target?.idType ?? `${names.pascal}Id`) : apiTypes[field.type].answer;

const ruleOf = ({ names }: EntityModel, field: ScalarField | ModelReference): string =>
  field.type === "ref" ? (field.target?.idRule ?? `${names.camel}Id`) : apiTypes[field.type].rule;

/** References select rows, and words are looked for in texts. */
const filtersOf = (model: EntityModel): string[] => {
  const references = model.fields.flatMap((field) =>
    field.type === "ref"
      ? [`${field.name}: ${ruleOf(model, field)}${field.isOptional ? ".nullable()" : ""}.optional()`]
      : [],
  );
  return textsOf(model).length === 0 ? references : [...references, "search: searchText"];
};

const conditionsOf = (model: EntityModel): string[] => {
  const references = model.fields.flatMap(({ type, name }) => (type === "ref" ? [`${name}: input.${name}`] : []));
  const texts = textsOf(model).map((name) => `"${name}"`);
  return texts.length === 0
    ? references
    : [...references, `$and: containsEachWord([${texts.join(", ")}], input.search)`];
};

const textsOf = ({ fields }: EntityModel): string[] =>
  fields.flatMap(({ type, name }) => (type === "text" ? [name] : []));

/** What `create` may leave out. */
const defaultsOf = ({ fields }: EntityModel): string =>
  fields
    .map(({ type, name, isOptional }) => {
      if (isOptional) return `, ${name}: content.${name}.default(null)`;
      return type === "json" ? `, ${name}: content.${name}.default({})` : "";
    })
    .join("");

const entry = ({ name }: ScalarField | ModelReference, rule: string): string =>
  name === rule ? name : `${name}: ${rule}`;

const sentenceStart = (kebab: string): string => {
  const words = kebab.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
