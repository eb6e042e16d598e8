import { tenantEntities } from "@severalty/db/entities";
import { createOrm } from "@severalty/db/orm";
import { nounOf } from "@severalty/db/tenancy/noun-of";
import { anyEntity, makeRow, ownScalar, type AnyEntity, type RowData } from "@severalty/db/testing/make-row";
import { createNewId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";

const newId = createNewId();

/** Asked what entities look like, and for nothing else: it never connects. */
const orm = await createOrm({ url: "postgres://nobody@localhost/nothing", applicationName: "severalty-test" });

const entityByNoun = new Map(tenantEntities.map((entity) => [nounOf(entity.meta.tableName), anyEntity(entity)]));

/** Whether a tenant-scoped entity goes by that name in the API. */
export const isNoun = (noun: string): boolean => entityByNoun.has(noun);

/** A row of a noun in which every reference leads somewhere, the optional ones too. */
export const makePlainRow = async (admin: Client, noun: string, tenantId: TenantId): Promise<RowData> => {
  const given: RowData = {};
  for (const [scalar, target] of referencesOf(noun))
    given[scalar] = (await makeRow(admin, orm, target, tenantId))["id"];
  return makeRow(admin, orm, entityOf(noun), tenantId, given);
};

/** Ids of a row that never was, and of the rows that it would refer to. */
export const imaginePlainRow = (noun: string): RowData =>
  Object.fromEntries(["id", ...referencesOf(noun).keys()].map((name) => [name, newId()]));

/** What a noun's references lead to, by the property that holds the id. */
const referencesOf = (noun: string): Map<string, AnyEntity> => {
  const meta = orm.getMetadata().get(entityOf(noun));
  return new Map(
    meta.relations.flatMap((reference) => {
      const { mapToPk, targetMeta } = reference;
      if (mapToPk === true || targetMeta === undefined) return [];
      return [[ownScalar(meta, reference), anyEntity(targetMeta.class)] as const];
    }),
  );
};

const entityOf = (noun: string): AnyEntity => {
  const entity = entityByNoun.get(noun);
  if (entity === undefined) throw new Error(`no tenant-scoped entity has a table for ${noun}`);
  return entity;
};
