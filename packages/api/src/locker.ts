import { UndecryptableError } from "@severalty/auth/envelope";
import { SecretRepository, type StoredValue } from "@severalty/db/locker/secret-repository";
import { TenantKeyRepository, type StoredKey } from "@severalty/db/locker/tenant-key-repository";
import type { EntityManager } from "@severalty/db/orm";
import type { Principal } from "@severalty/db/tenancy/principal";
import type { SecretId, TenantKeyId } from "@severalty/domain/ids";
import type { Services } from "./services.ts";

interface Call {
  readonly em: EntityManager;
  readonly principal: Principal;
  readonly services: Services;
}

/** What is stored of a secret's value. The tenant's first one makes its data key, in the same transaction. */
export const lock = async (call: Call, secretId: SecretId, value: string): Promise<StoredValue> => {
  const { principal, services } = call;
  const { wrappedKey, keyVersion } = await dataKey(call);
  const place = { tenantId: principal.tenantId, secretId, keyVersion };
  return { ciphertext: services.envelope.encrypt(wrappedKey, place, value), keyVersion };
};

/** A secret's value, in the clear. Throws `NotFoundError`, or `UndecryptableError`. */
export const reveal = async ({ em, principal, services }: Call, secretId: SecretId): Promise<string> => {
  const { ciphertext, keyVersion } = await new SecretRepository(em).take(secretId, services.clock());
  const key = await new TenantKeyRepository(em).ofVersion(keyVersion);
  if (key === undefined) throw new UndecryptableError(`the tenant's data key of version ${keyVersion} is gone`);
  return services.envelope.decrypt(key.wrappedKey, { tenantId: principal.tenantId, secretId, keyVersion }, ciphertext);
};

const dataKey = async ({ em, principal, services }: Call): Promise<StoredKey> => {
  const { envelope, newId, clock } = services;
  const keys = new TenantKeyRepository(em);
  const known = await keys.active();
  if (known !== undefined) return known;
  const keyVersion = 1;
  const wrappedKey = envelope.createDataKey({ tenantId: principal.tenantId, keyVersion });
  await keys.addUnlessThere({ id: newId<TenantKeyId>(), wrappedKey, keyVersion }, clock());
  const added = await keys.active();
  if (added === undefined) throw new UndecryptableError("every data key of the tenant is retired");
  return added;
};
