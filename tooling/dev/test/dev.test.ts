import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withClient } from "@severalty/postgres/with-client";
import { expect, test } from "vitest";
import { demo } from "@severalty/db/seeders/demo/demo-people";
import { isQuiet, makePlace, startRealDev } from "./dev-process.ts";

test("the real server answers after a first start, lets the demo user in, and ends in order", async () => {
  using place = await makePlace("fresh");
  await using dev = startRealDev(place);
  await dev.says("Severalty is ready");
  expect((await fetch(`${place.url}/readyz`)).status).toBe(200);

  const { email, password, tenantSlug } = demo;
  const login = await fetch(`${place.url}/trpc/auth.login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  expect(login.status).toBe(200);
  expect(await login.text()).toContain(`"${tenantSlug}"`);

  // Every URL in urls.json lets its user in, and none but the admin is a superuser.
  const urls = JSON.parse(readFileSync(join(place.data, "urls.json"), "utf8")) as Record<string, string>;
  expect(await Promise.all(Object.values(urls).map(whoAmI))).toEqual([
    { name: "postgres", isSuper: true },
    { name: "severalty_migrator", isSuper: false },
    { name: "severalty_app", isSuper: false },
    { name: "severalty_auth", isSuper: false },
    { name: "severalty_platform", isSuper: false },
  ]);

  dev.child.kill("SIGINT");
  expect(await dev.exited).toBe(0);
  expect(await isQuiet(place)).toBe(true);
});

const whoAmI = (url: string) =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; isSuper: boolean }>(
      'select rolname as name, rolsuper as "isSuper" from pg_roles where rolname = current_user',
    );
    return rows[0];
  });
