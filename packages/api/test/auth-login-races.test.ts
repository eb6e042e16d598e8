import { seedInitialAdmin } from "@severalty/db/seeders/seed-initial-admins";
import { seedPlatform } from "@severalty/db/seeders/seed-platform";
import { createNewId } from "@severalty/domain/ids";
import { platformSlug } from "@severalty/domain/tenant";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

/** A sign-in with the right password, during whose verification something else happens. */
const loginDuring = (world: World, tenantSlug: string, happens: () => Promise<unknown>) => {
  const passwords: typeof services.passwords = {
    ...services.passwords,
    verify: async (...asked) => {
      const isRight = await services.passwords.verify(...asked);
      await happens();
      return isRight;
    },
  };
  const { email, password } = world;
  return ask({ ...services, passwords }, undefined, "auth.login", { email, password, tenantSlug });
};

const livingSessions = async ({ identityId, sessionId }: World) => {
  const { rowCount } = await admin.query(
    "select from auth.sessions where identity_id = $1 and id <> $2 and revoked_at is null",
    [identityId, sessionId],
  );
  return rowCount;
};

test("a password that is replaced while a sign-in with it is being verified opens no session", async () => {
  const world = await makeWorld(admin);
  const answer = await loginDuring(world, world.slug, () =>
    ask(services, undefined, "auth.setPassword", { token: world.linkToken, password: "a password of his own" }),
  );
  expect(answer.error?.data.reason).toBe("auth/wrong-credentials");
  expect(await livingSessions(world)).toBe(0);
});

test("whoever is disabled while his sign-in is being verified gets no session", async () => {
  const world = await makeWorld(admin);
  const answer = await loginDuring(world, world.slug, () =>
    admin.query("update auth.identities set status = 'disabled' where id = $1", [world.identityId]),
  );
  expect(answer.error?.data.reason).toBe("auth/wrong-credentials");
  expect(await livingSessions(world)).toBe(0);
});

test("whoever registered an administrator's address and is signing in while it is promoted does not enter the platform", async () => {
  const world = await makeWorld(admin);
  const platformId = await seedPlatform(admin, newId);
  const answer = await loginDuring(world, platformSlug, async () => {
    expect(await seedInitialAdmin(admin, world.email, platformId, newId)).toMatchObject({ outcome: "reset" });
  });
  expect(answer.error?.data.reason).toBe("auth/wrong-credentials");
  expect(await livingSessions(world)).toBe(0);
});
