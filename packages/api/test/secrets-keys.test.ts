import { randomBytes } from "node:crypto";
import { createEnvelope } from "@severalty/auth/envelope";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import type { Principal } from "@severalty/db/tenancy/principal";
import { createNewId, type TenantKeyId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { testSecretsKey } from "../src/testing/make-services.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { until } from "../src/testing/until.ts";

const { database, services, admin } = await openTestApi();
const newId = createNewId();

const keysOf = async ({ tenantId }: Principal) => {
  const { rows } = await admin.query<{ id: string; key_version: number; status: string; wrapped_key: Buffer }>(
    "select id, key_version, status, wrapped_key from app.tenant_keys where tenant_id = $1",
    [tenantId],
  );
  return rows;
};

/** A tenant with two secrets. */
const makeLocker = async () => {
  const tenant = await makeTenant(admin);
  const { secrets } = callerFor(services, tenant);
  const first = await secrets.create({ name: "first", value: "the first value" });
  const second = await secrets.create({ name: "second", value: "the second value" });
  return { tenant, first, second };
};

const undecryptable = (why: RegExp) => ({
  error: {
    code: -32603,
    message: expect.stringMatching(why) as unknown,
    data: {
      code: "INTERNAL_SERVER_ERROR",
      httpStatus: 500,
      reason: "secrets/undecryptable",
      requestId: "request-of-a-test",
    },
  },
});

test("the first secret of a tenant makes its data key, which the next ones share", async () => {
  const { tenant } = await makeLocker();
  expect(await keysOf(tenant)).toMatchObject([{ key_version: 1, status: "active" }]);
  const other = await makeLocker();
  expect((await keysOf(other.tenant))[0]?.wrapped_key).not.toEqual((await keysOf(tenant))[0]?.wrapped_key);
});

test("reading and revealing make no data key", async () => {
  const tenant = await makeTenant(admin);
  await callerFor(services, tenant).secrets.list();
  await ask(services, tenant, "secrets.reveal", { id: newId() });
  expect(await keysOf(tenant)).toEqual([]);
});

test.each(["commit", "rollback"])(
  "two first secrets at once share one data key, if the first one's ends with %s",
  async (end) => {
    const tenant = await makeTenant(admin);
    const { tenantId } = tenant;
    const wrappedKey = createEnvelope({ key: testSecretsKey }).createDataKey({ tenantId, keyVersion: 1 });
    const first = await database.client();
    await first.query("begin");
    await first.query(
      `insert into app.tenant_keys (tenant_id, id, wrapped_key, key_version, created_at, updated_at)
     values ($1, $2, $3, 1, now(), now())`,
      [tenantId, newId<TenantKeyId>(), wrappedKey],
    );
    const second = callerFor(services, tenant).secrets.create({ name: "second", value: "the second value" });
    await until("the second waits for the first", async () => {
      const { rowCount } = await admin.query(
        "select from pg_stat_activity where datname = current_database() and usename = 'severalty_app' and wait_event_type = 'Lock'",
      );
      return rowCount === 1;
    });
    await first.query(end);
    const { id } = await second;
    const keys = await keysOf(tenant);
    expect(keys).toHaveLength(1);
    expect(keys[0]?.wrapped_key.equals(wrappedKey)).toBe(end === "commit");
    expect(await callerFor(services, tenant).secrets.reveal({ id })).toEqual({ value: "the second value" });
  },
);

test("many first secrets at once make one data key, and each opens with it", async () => {
  const tenant = await makeTenant(admin);
  const { secrets } = callerFor(services, tenant);
  const names = Array.from({ length: 8 }, (_, index) => `secret ${index}`);
  const made = await Promise.all(names.map((name) => secrets.create({ name, value: name })));
  expect(await keysOf(tenant)).toHaveLength(1);
  for (const { id, name } of made) expect(await secrets.reveal({ id })).toEqual({ value: name });
});

test("a secret that is not made leaves no data key behind", async () => {
  const tenant = await makeTenant(admin);
  await ask(services, tenant, "secrets.create", { name: "n", value: "x", teamId: newId() });
  expect(await keysOf(tenant)).toEqual([]);
});

test("a server without the key reveals nothing, says which one is missing, and loses nothing", async () => {
  const { tenant, first } = await makeLocker();
  const key = randomBytes(32).toString("base64");
  const stranger = { ...services, envelope: createEnvelope({ key }) };
  const missing = /this server does not have the key [\da-f]{16} that protects it$/;
  expect(await ask(stranger, tenant, "secrets.reveal", { id: first.id })).toEqual(undecryptable(missing));
  const update = { id: first.id, version: 1, value: "another" };
  expect(await ask(stranger, tenant, "secrets.update", update)).toEqual(undecryptable(missing));
  expect(await ask(stranger, tenant, "secrets.create", { name: "n", value: "x" })).toEqual(undecryptable(missing));
  expect(await callerFor(services, tenant).secrets.byId({ id: first.id })).toEqual(first);
  const { rows } = await admin.query<object>(
    "select action, outcome, details from app.audit_logs where tenant_id = $1 and outcome = 'error' order by id",
    [tenant.tenantId],
  );
  expect(rows).toEqual(
    ["reveal", "update", "create"].map((verb) => ({
      action: `secrets.${verb}`,
      outcome: "error",
      details: { reason: "secrets/undecryptable" },
    })),
  );
  const successor = { ...services, envelope: createEnvelope({ key, oldKeys: [testSecretsKey] }) };
  expect(await callerFor(successor, tenant).secrets.reveal({ id: first.id })).toEqual({ value: "the first value" });
  expect(await callerFor(services, tenant).secrets.reveal({ id: first.id })).toEqual({ value: "the first value" });
});

/** What somebody who may write to the tables, and has no key, tries so that a value opens elsewhere; ids are the test's own. */
const attacks: Record<string, (victim: Locker, source: Locker) => string> = {
  "another secret's ciphertext": ({ first, second }) => ciphertextOf(first, second),
  "another tenant's ciphertext": ({ first }, source) => ciphertextOf(first, source.first),
  "another tenant's data key": (victim, source) => dataKeyOf(victim, source),
  "another tenant's ciphertext and data key": (victim, source) =>
    `${dataKeyOf(victim, source)}; ${ciphertextOf(victim.first, source.first)}`,
  "its data key as another version": ({ tenant, first }) =>
    `update app.tenant_keys set key_version = 2 where tenant_id = '${tenant.tenantId}';
     update app.secret_locker set key_version = 2 where id = '${first.id}'`,
  "a version of which there is no data key": ({ first }) =>
    `update app.secret_locker set key_version = 7 where id = '${first.id}'`,
  "no ciphertext at all": ({ first }) => `update app.secret_locker set ciphertext = '' where id = '${first.id}'`,
  "its own bytes, one of them altered": ({ first }) =>
    `update app.secret_locker set ciphertext = set_byte(ciphertext, 20, get_byte(ciphertext, 20) # 1) where id = '${first.id}'`,
};

type Locker = Awaited<ReturnType<typeof makeLocker>>;

const ciphertextOf = (to: { id: string }, from: { id: string }) =>
  `update app.secret_locker t set ciphertext = s.ciphertext from app.secret_locker s where t.id = '${to.id}' and s.id = '${from.id}'`;

const dataKeyOf = (to: Locker, from: Locker) =>
  `update app.tenant_keys t set wrapped_key = s.wrapped_key from app.tenant_keys s
   where t.tenant_id = '${to.tenant.tenantId}' and s.tenant_id = '${from.tenant.tenantId}'`;

test.each(Object.entries(attacks))("a secret given %s is not revealed", async (_, attack) => {
  const [victim, source] = [await makeLocker(), await makeLocker()];
  await admin.query(attack(victim, source));
  const answer = await ask(services, victim.tenant, "secrets.reveal", { id: victim.first.id });
  expect(answer).toEqual(undecryptable(/^the secret cannot be decrypted: /));
  expect(JSON.stringify(answer)).not.toMatch(/(first|second) value/);
  expect((await callerFor(services, victim.tenant).secrets.byId({ id: victim.first.id })).lastUsedAt).toBeNull();
});
