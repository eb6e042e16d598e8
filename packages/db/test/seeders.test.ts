import { randomBytes } from "node:crypto";
import { createNewId, type IdentityId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setPassword } from "../src/identity/set-password.ts";
import { inSeedTransaction } from "../src/seeders/in-seed-transaction.ts";
import { seedInitialAdmin, storeSetPasswordLink, type InitialAdmin } from "../src/seeders/seed-initial-admins.ts";
import { seedPlatform } from "../src/seeders/seed-platform.ts";
import { enter } from "../src/testing/enter.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

const newId = createNewId();

let database: TestDatabase;
let admin: Client;
let platformId: TenantId;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  platformId = await inSeedTransaction(database.url("severalty_migrator"), (client) => seedPlatform(client, newId));
});
afterAll(() => database[Symbol.asyncDispose]());

const seedAdmin = (email: string): Promise<InitialAdmin> =>
  inSeedTransaction(database.url("severalty_migrator"), (client) => seedInitialAdmin(client, email, platformId, newId));

const adminOf = async (email: string) => {
  const { rows } = await admin.query<Record<string, unknown>>(
    `select u.role, u.status, u.email, i.hashed_password as hash from app.users u join auth.identities i on i.id = u.identity_id
     where i.email = $1 and u.tenant_id = $2`,
    [email, platformId],
  );
  return rows;
};

const platformUsers = async () => {
  const { rows } = await admin.query<Record<string, unknown>>(
    "select email, role, status from app.users where tenant_id = $1 order by email",
    [platformId],
  );
  return rows;
};

test("whoever was given a link for an address that was never verified cannot use it once that is an administrator's", async () => {
  const { identityId } = await makeTenant(admin);
  const { rows } = await admin.query<{ email: string }>("select email from auth.identities where id = $1", [
    identityId,
  ]);
  const hash = randomBytes(32);
  await storeSetPasswordLink(admin, identityId, { hash, expiresAt: new Date(Date.now() + 60_000) });
  expect(await seedAdmin(rows[0]?.email ?? "")).toMatchObject({ outcome: "reset" });
  const auth = await database.orm("severalty_auth");
  const client = { ip: null, userAgent: null, requestId: "r" };
  const spent = { tokenHash: hash, hashedPassword: "stolen", at: new Date() };
  expect(await setPassword(auth.em.fork(), spent, client)).toBe(false);
});

test("the reserved tenant is made once, however often and by how many at once", async () => {
  const url = database.url("severalty_migrator");
  const ids = await Promise.all(
    Array.from({ length: 10 }, () => inSeedTransaction(url, (client) => seedPlatform(client, newId))),
  );
  expect(new Set(ids)).toEqual(new Set([platformId]));
  const { rows } = await admin.query("select slug, status from app.tenants where id = $1", [platformId]);
  expect(rows).toEqual([{ slug: "platform", status: "active" }]);
});

describe("C2: an initial administrator", () => {
  let email: string;
  let others: unknown[];
  beforeEach(async () => {
    email = `chief-${newId<IdentityId>()}@example.com`;
    others = await platformUsers();
  });

  /** A signed-in person of another tenant, with a password, whose address is verified or not. */
  const makePerson = async (options: { isVerified: boolean }) => {
    const tenant = await makeTenant(admin);
    await admin.query(
      `update auth.identities set email = $1, hashed_password = 'kept', email_verified_at = ${options.isVerified ? "now()" : "null"} where id = $2`,
      [email, tenant.identityId],
    );
    return tenant;
  };

  const maySignIn = async (person: Awaited<ReturnType<typeof makePerson>>): Promise<boolean> => {
    const app = await database.client("severalty_app");
    await app.query("begin");
    const outcome = await enter(app, person).catch(errorWord);
    await app.query("rollback");
    return outcome === undefined;
  };

  test("who is missing is created, without a password, and needs a link", async () => {
    expect(await seedAdmin(email)).toMatchObject({ email, outcome: "created", needsLink: true });
    expect(await adminOf(email)).toEqual([{ role: "admin", status: "active", email, hash: null }]);
  });

  test("who is a verified person without the role is promoted, and keeps password and sessions", async () => {
    const person = await makePerson({ isVerified: true });
    expect(await seedAdmin(email)).toMatchObject({
      outcome: "promoted",
      needsLink: false,
      identityId: person.identityId,
    });
    expect(await adminOf(email)).toEqual([{ role: "admin", status: "active", email, hash: "kept" }]);
    expect(await maySignIn(person)).toBe(true);
  });

  test("whose address was never verified is promoted with password and sessions reset", async () => {
    const person = await makePerson({ isVerified: false });
    expect(await maySignIn(person)).toBe(true);
    expect(await seedAdmin(email)).toMatchObject({ outcome: "reset", needsLink: true, identityId: person.identityId });
    expect(await adminOf(email)).toEqual([{ role: "admin", status: "active", email, hash: null }]);
    expect(await maySignIn(person)).toBe(false);
  });

  test.each([true, false])("who is an ordinary user of the platform is promoted (verified: %s)", async (isVerified) => {
    const person = await makePerson({ isVerified });
    await admin.query(
      `insert into app.users (tenant_id, id, identity_id, username, email, role, status, created_at, updated_at)
       values ($1, $2, $3, $4, $5, 'user', 'disabled', now(), now())`,
      [platformId, newId(), person.identityId, email.split("@")[0], email],
    );
    expect(await seedAdmin(email)).toMatchObject({
      outcome: isVerified ? "promoted" : "reset",
      needsLink: !isVerified,
    });
    expect(await adminOf(email)).toEqual([
      { role: "admin", status: "active", email, hash: isVerified ? "kept" : null },
    ]);
    expect(await maySignIn(person)).toBe(isVerified);
  });

  test("who already is one is left as he is", async () => {
    await seedAdmin(email);
    await admin.query(
      "update auth.identities set hashed_password = 'own', email_verified_at = now() where email = $1",
      [email],
    );
    const before = await snapshot(admin);
    expect(await seedAdmin(email)).toMatchObject({ outcome: "unchanged", needsLink: false });
    expect(await snapshot(admin)).toEqual(before);
  });

  test("who has not used his link yet gets a new one only when the old one is spent or over", async () => {
    const { identityId } = await seedAdmin(email);
    expect(await seedAdmin(email)).toMatchObject({ outcome: "unchanged", needsLink: true });
    const hash = Buffer.alloc(32, email);
    await storeSetPasswordLink(admin, identityId, { hash, expiresAt: new Date(Date.now() + 60_000) });
    expect(await seedAdmin(email)).toMatchObject({ outcome: "unchanged", needsLink: false });
    await admin.query(
      "update auth.one_time_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where token_hash = $1",
      [hash],
    );
    expect(await seedAdmin(email)).toMatchObject({ outcome: "unchanged", needsLink: true });
  });

  test("who shares the local part of another's address gets a username of his own", async () => {
    const [first, second] = [`same@${newId()}.example`, `same@${newId()}.example`];
    await seedAdmin(first);
    await seedAdmin(second);
    const { rows } = await admin.query<{ username: string }>(
      "select username from app.users where tenant_id = $1 and email = any($2) order by length(username)",
      [platformId, [first, second]],
    );
    expect(rows[0]?.username).toBe("same");
    expect(rows[1]?.username).toMatch(/^same-[0-9a-f-]{36}$/);
  });

  test("whom ten migrators seed at once is created once", async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => seedAdmin(email)));
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([
      "created",
      ...Array.from({ length: 9 }, () => "unchanged"),
    ]);
    expect(await adminOf(email)).toHaveLength(1);
  });

  test("demotes and removes nobody", async () => {
    await seedAdmin(email);
    expect(await platformUsers()).toEqual(expect.arrayContaining(others));
  });
});

test("what fails while it seeds leaves nothing behind", async () => {
  const before = await snapshot(admin);
  const attempt = inSeedTransaction(database.url("severalty_migrator"), async (client) => {
    await seedInitialAdmin(client, "half@example.com", platformId, newId);
    throw new Error("half way");
  });
  await expect(attempt).rejects.toThrow("half way");
  expect(await snapshot(admin)).toEqual(before);
});
