import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tenantEntities } from "../src/entities.ts";
import { TenantKey } from "../src/entities/tenant-key.ts";
import type { Orm } from "../src/orm.ts";
import { roles } from "../src/roles.ts";
import { nounOf } from "../src/tenancy/noun-of.ts";
import { recordFailure } from "../src/tenancy/record-failure.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import {
  anyEntity,
  columnOf,
  keyOf,
  makeChange,
  makeRow,
  makeRowData,
  nameOf,
  tableOf,
} from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { tables } from "./catalog.ts";
import { isOnePerTenant, verbs, type Target } from "./verbs.ts";

let database: TestDatabase;
let orm: Orm;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  orm = await database.orm();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

const occasion = { requestId: "request-7", action: "things.change" };

/** What was recorded for a tenant since it was made. */
const recorded = async ({ tenantId }: MadeTenant) => {
  const { rows } = await admin.query<Record<string, unknown>>(
    `select user_id, actor_kind, action, outcome, resource_type, resource_id, details, request_id
     from app.audit_logs where tenant_id = $1 and actor_kind <> 'system' order by timestamp, id`,
    [tenantId],
  );
  return rows;
};

const forgetRecords = ({ tenantId }: MadeTenant) =>
  admin.query("delete from app.audit_logs where tenant_id = $1", [tenantId]);

/** Those without the trigger are on an allow-list of the posture tests. */
const writable = tenantEntities
  .filter((entity) => entity.meta.readonly !== true && entity.meta.triggers.length > 0)
  .map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) }));

describe.each(writable)("$name", ({ entity }) => {
  let us: MadeTenant;
  beforeAll(async () => {
    us = await makeTenant(admin);
  });
  beforeEach(async () => {
    if (isOnePerTenant(orm.getMetadata().get(entity))) us = await makeTenant(admin);
  });

  const targetOf = async ({ tenantId }: MadeTenant, { isMade = true } = {}): Promise<Target> => {
    const meta = orm.getMetadata().get(entity);
    const row = await (isMade ? makeRow : makeRowData)(admin, orm, entity, tenantId);
    const fresh = await makeRowData(admin, orm, entity, tenantId);
    return { entity, meta, row, fresh, key: keyOf(meta, row), change: makeChange(meta) };
  };

  // A data key is never deleted: what it encrypted would be lost.
  const changes = ["insert", "update", "query builder: insert", "SQL: insert", "SQL: update"].concat(
    entity === anyEntity(TenantKey) ? [] : ["delete", "SQL: delete"],
  );
  test.each(changes)("a change by %s is recorded once, with who, why and what", async (name) => {
    const isInsert = name.endsWith("insert");
    const target = await targetOf(us, { isMade: !isInsert });
    await forgetRecords(us);
    await withTenant(orm.em, us, occasion, (em) => verbs[name]?.run(em, target, {}) ?? Promise.resolve(0));
    const changed = Object.keys(target.change).map((property) => columnOf(target.meta, property));
    expect(await recorded(us)).toEqual([
      {
        user_id: us.userId,
        actor_kind: "user",
        action: "things.change",
        outcome: "ok",
        resource_type: nounOf(target.meta.tableName),
        resource_id: isInsert ? target.fresh["id"] : target.row["id"],
        details: name.endsWith("update") ? { changed } : {},
        request_id: "request-7",
      },
    ]);
  });

  test("no value of the row is in its record", async () => {
    const target = await targetOf(us);
    await withTenant(orm.em, us, occasion, (em) => em.nativeUpdate(entity, target.key, target.change));
    const [value] = Object.values(target.change);
    const { rows } = await admin.query("select l::text from app.audit_logs l where l::text like $1", [
      `%${String(value)}%`,
    ]);
    expect(rows).toEqual([]);
  });

  test("a change without an entered tenant is recorded as the system's", async () => {
    const { meta, row } = await targetOf(us);
    const { rows } = await admin.query(
      "select actor_kind, user_id, action from app.audit_logs where resource_type = $1 and resource_id = $2",
      [nounOf(meta.tableName), row["id"]],
    );
    expect(rows).toEqual([{ actor_kind: "system", user_id: null, action: `${nounOf(meta.tableName)}.create` }]);
  });
});

test("a transaction that fails leaves no record", async () => {
  const us = await makeTenant(admin);
  const attempt = withTenant(orm.em, us, occasion, async (em) => {
    await em.execute("update app.documents set title = 'changed'");
    throw new Error("undone");
  });
  await expect(attempt).rejects.toThrow("undone");
  expect(await recorded(us)).toEqual([]);
});

describe.each(
  Object.keys(roles).filter((name) => roles[name as keyof typeof roles].login && name !== "severalty_migrator"),
)("%s", (role) => {
  test("cannot write, change, remove or truncate a record, in the log or in a partition of it", async () => {
    const us = await makeTenant(admin);
    const client = await database.client(role as keyof typeof roles);
    const logs = (await tables(admin)).filter(({ name }) => name.startsWith("app.audit_logs"));
    expect(logs.length).toBeGreaterThan(1);
    const before = await snapshot(admin);
    const statements = logs.flatMap(({ name }) => [
      `insert into ${name} (tenant_id, timestamp, id, actor_kind, action, resource_type)
        values ('${us.tenantId}', now(), '${us.userId}', 'user', 'a', 'b')`,
      `update ${name} set action = 'other'`,
      `delete from ${name}`,
      `truncate ${name}`,
    ]);
    expect(await notRefused(client, statements)).toEqual([]);
    expect(await snapshot(admin)).toEqual(before);
  });
});

test("a partition reached directly shows nothing", async () => {
  const app = await database.client("severalty_app");
  expect(await app.query("select * from app.audit_logs_default").catch(errorWord)).toBe("42501");
});

test("a refused or failed call is recorded once, with its reason", async () => {
  const us = await makeTenant(admin);
  await recordFailure(orm.em, us, { requestId: "request-8", action: "documents.remove" }, "denied", "roles/forbidden");
  expect(await recorded(us)).toEqual([
    {
      user_id: us.userId,
      actor_kind: "user",
      action: "documents.remove",
      outcome: "denied",
      resource_type: "documents",
      resource_id: null,
      details: { reason: "roles/forbidden" },
      request_id: "request-8",
    },
  ]);
});

test("a refused call of an ended session leaves no record and no error", async () => {
  const us = await makeTenant(admin);
  await admin.query("update auth.sessions set revoked_at = now() where id = $1", [us.sessionId]);
  await recordFailure(orm.em, us, occasion, "denied", "roles/forbidden");
  expect(await recorded(us)).toEqual([]);
});

test("a failure that cannot be recorded, for a reason that nobody expects, is not passed over", async () => {
  const us = await makeTenant(admin);
  const attempt = recordFailure(orm.em, us, occasion, "ok" as never, "roles/forbidden");
  expect(await attempt.catch(errorWord)).toBe("22023");
});

test("a refusal is answered while the database is away, and not recorded", async () => {
  const us = await makeTenant(admin);
  const away = await database.orm("severalty_app", { url: "postgres://severalty_app:secret@127.0.0.1:1/nowhere" });
  expect(await recordFailure(away.em, us, occasion, "denied", "roles/forbidden")).toBeUndefined();
});

test("the function that records failures records no success, and nothing without a tenant", async () => {
  const us = await makeTenant(admin);
  const ok = withTenant(orm.em, us, occasion, (em) => em.execute("select app.record('ok', '{}')"));
  expect(await ok.catch(errorWord)).toBe("22023");
  expect(await orm.em.fork().execute("select app.record('denied', '{}')").catch(errorWord)).toBe("SV001");
});

test("a deleted tenant takes everything along and leaves every other tenant as it was, byte for byte", async () => {
  const [us, them] = [await makeTenant(admin), await makeTenant(admin)];
  for (const entity of tenantEntities)
    for (const { tenantId } of [us, them]) await makeRow(admin, orm, anyEntity(entity), tenantId);
  await withTenant(orm.em, us, occasion, (em) => em.execute("update app.documents set title = 'changed'"));
  const before = await snapshot(admin, { except: us.tenantId });
  const migrator = await database.client("severalty_migrator");
  await migrator.query("delete from app.tenants where id = $1", [us.tenantId]);
  expect(await snapshot(admin)).toEqual(before);
  for (const entity of tenantEntities) {
    const { rows } = await admin.query(
      `select from ${tableOf(orm.getMetadata().get(anyEntity(entity)))} where tenant_id = $1`,
      [us.tenantId],
    );
    expect(rows).toEqual([]);
  }
});
