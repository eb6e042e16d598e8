import { randomBytes, randomInt } from "node:crypto";
import { ReferenceKind, type EntityMetadata, type EntityName, type EntityProperty } from "@mikro-orm/core";
import { createNewId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { entities } from "../entities.ts";
import type { Orm } from "../orm.ts";

/** Values of a row by property; relations by the scalar on their column. */
export type RowData = Record<string, unknown>;

export type AnyEntity = EntityName<Record<string, unknown>>;

/** Asks for the row that an optional reference leads to. */
const aRow = Symbol("a row");

/** What a check asks for and no column type tells, by entity. */
const needed: Record<string, () => RowData> = {
  AbTest: () => ({ versionA: 1, versionB: 2 }),
  AbTestResult: () => ({ variant: "a" }),
  AccessGrant: () => ({ createdAt: new Date(), expiresAt: new Date(Date.now() + 1_800_000) }),
  AuditLog: () => ({ actorKind: "user" }),
  Budget: () => ({ scope: "agent_instance", period: "month", agentInstanceId: aRow }),
  Document: () => ({ contentHash: randomBytes(32).toString("hex") }),
  OneTimeToken: () => ({ purpose: "set-password" }),
  TenantApiKey: () => ({ prefix: `svk_${randomBytes(6).toString("hex")}`, permissions: ["documents.read"] }),
  Template: () => ({ key: `key-${randomBytes(6).toString("hex")}` }),
};

const newId = createNewId();

/** A valid row of any entity, inserted past every policy, with the rows that it refers to. Throws an error that names what it lacks. */
export const makeRow = async (
  admin: Client,
  orm: Orm,
  entity: AnyEntity,
  tenantId: TenantId,
  given: RowData = {},
): Promise<RowData> => {
  const meta = orm.getMetadata().get(entity);
  const data = await makeRowData(admin, orm, entity, tenantId, given);
  const names = Object.keys(data);
  const columns = names.map((name) => columnOf(meta, name));
  try {
    await admin.query(
      `insert into ${tableOf(meta)} (${columns.join(", ")}) values (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
      names.map((name) => data[name]),
    );
  } catch (cause) {
    throw new Error(`makeRow cannot make a row of ${meta.className}: give it what its checks need`, { cause });
  }
  return data;
};

/** The values alone; the rows that it refers to are made. */
export const makeRowData = async (
  admin: Client,
  orm: Orm,
  entity: AnyEntity,
  tenantId: TenantId,
  given: RowData = {},
): Promise<RowData> => {
  const meta = orm.getMetadata().get(entity);
  const data: RowData = { ...needed[meta.className]?.(), ...given };
  for (const reference of meta.relations) {
    const name = ownScalar(meta, reference);
    const property = propertyOf(meta, name);
    if (data[name] !== aRow && (name in data || property?.nullable === true)) continue;
    const target = reference.targetMeta;
    if (property === undefined || target === undefined) throw new Error(`${meta.className}.${name} refers to nothing`);
    if (target.className === "Tenant") data[name] = tenantId;
    else data[name] = (await makeRow(admin, orm, entityNamed(target.className), tenantId))[ownKey(target)];
  }
  for (const property of meta.props) {
    const { name, nullable, default: preset, defaultRaw } = property;
    if (name in data || !isOwnColumn(property) || nullable === true) continue;
    if (preset !== undefined || defaultRaw !== undefined) continue;
    data[name] = columnOf(meta, name) === "tenant_id" ? tenantId : valueFor(meta, property);
  }
  return data;
};

/** A property that may change, with a value that no other row has; a text where there is one. */
export const makeChange = (meta: EntityMetadata): RowData => {
  const isFree = ({ primary, nullable, default: preset, defaultRaw, name, ...property }: EntityProperty) =>
    isOwnColumn(property) &&
    primary !== true &&
    nullable !== true &&
    (preset ?? defaultRaw) === undefined &&
    !(name in (needed[meta.className]?.() ?? {})) &&
    !meta.relations.some((reference) => ownScalar(meta, reference) === name);
  const property =
    meta.props.filter(isFree).find(ofType(/^text$/)) ??
    meta.props.filter(isFree).find(ofType(/^(int|bigint|numeric)/)) ??
    meta.props.find(({ nullable, columnTypes }) => nullable === true && columnTypes[0] === "text");
  // Where nothing is free, the moment at which it was made is.
  if (property === undefined) return { createdAt: new Date(Date.now() - randomInt(1, 3_600_000)) };
  const isText = property.columnTypes[0] === "text";
  return { [property.name]: isText ? valueFor(meta, property) : randomInt(100_000_000, 1_000_000_000) };
};

/** Whether the property is a column that holds a value: neither a reference, nor what is computed when it is read. */
const isOwnColumn = ({ kind, formula }: Pick<EntityProperty, "kind" | "formula">): boolean =>
  kind === ReferenceKind.SCALAR && formula === undefined;

const ofType = (pattern: RegExp) => (property: EntityProperty) => pattern.test(property.columnTypes[0] ?? "");

/** The row's primary key, as a condition. */
export const keyOf = (meta: EntityMetadata, data: RowData): RowData =>
  Object.fromEntries(meta.primaryKeys.map((name) => [name, data[name]]));

/** `app.users`, for SQL. */
export const tableOf = (meta: EntityMetadata): string => `${meta.schema}.${meta.tableName}`;

export const columnOf = (meta: EntityMetadata, name: string): string => propertyOf(meta, name)?.fieldNames[0] ?? name;

/** Metadata types its names as an enumeration of their own; at run time they are strings. */
const propertyOf = (meta: EntityMetadata, name: string): EntityProperty | undefined =>
  (meta.properties as Record<string, EntityProperty>)[name];

/** The property that holds a reference's own half: the id beside the tenant. */
export const ownScalar = (meta: EntityMetadata, reference: EntityProperty): string => {
  if (reference.mapToPk === true) return reference.name;
  const [column] = reference.ownColumns;
  const scalar = meta.props.find(({ kind, fieldNames }) => kind === ReferenceKind.SCALAR && fieldNames[0] === column);
  if (scalar === undefined) throw new Error(`${meta.className}.${reference.name} has no scalar on ${column}`);
  return scalar.name;
};

/** The registry's members differ in type; each is an entity. */
export const anyEntity = (entity: unknown): AnyEntity => entity as AnyEntity;

const entityNamed = (name: string): AnyEntity => {
  const found = entities.find((entity) => anyEntity(entity) !== undefined && nameOf(entity) === name);
  if (found === undefined) throw new Error(`${name} is not in the registry of entities`);
  return anyEntity(found);
};

/** What an entity is called. */
export const nameOf = (entity: (typeof entities)[number]): string => entity.meta.className;

/** The part of a primary key that is not the tenant. */
const ownKey = (meta: EntityMetadata): string => meta.primaryKeys.find((name) => name !== "tenantId") ?? "id";

const valueFor = (meta: EntityMetadata, { name, columnTypes: [type = ""] }: EntityProperty): unknown => {
  if (type === "uuid") return newId();
  if (type === "text") return `text-${randomBytes(6).toString("hex")}`;
  if (type.startsWith("timestamptz")) return new Date(Date.now() + (name.startsWith("expires") ? 3_600_000 : 0));
  if (type === "date") return new Date(Date.now() - randomInt(10_000) * 86_400_000).toISOString().slice(0, 10);
  if (type === "bytea") return randomBytes(32);
  if (type === "jsonb") return {};
  if (type.endsWith("[]")) return [];
  if (type === "boolean") return true;
  if (/^(int|bigint|numeric|double)/.test(type)) return randomInt(1, 1_000_000_000);
  throw new Error(`makeRow knows no value for ${meta.className}.${name} of type ${type}: teach it one`);
};
