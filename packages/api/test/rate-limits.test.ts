import { poolOf } from "@severalty/db/orm";
import { expect, test } from "vitest";
import { createRateLimits } from "../src/rate-limits.ts";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeNowhere, makeWorld } from "./world.ts";

const { database, services, admin } = await openTestApi();
const strict = { ...services, rateLimits: createRateLimits(await poolOf(services.auth), 1) };

const useUp = async (limit: "register" | "login" | "loginFromAddress", key: string, points: number) => {
  for (let used = 0; used < points; used++) await strict.rateLimits.use({ limit, key });
};

const limited = {
  message: expect.stringMatching(/^too many attempts: try again in \d+ seconds$/) as unknown,
  data: { code: "TOO_MANY_REQUESTS", httpStatus: 429, reason: "request/rate-limited" },
};

test("after ten attempts from one address for one e-mail even the right password is refused", async () => {
  const [world, other] = [await makeWorld(admin), await makeWorld(admin)];
  const ip = "198.51.100.1";
  const login = ({ email, password }: typeof world, from: string) =>
    ask(strict, undefined, "auth.login", { email, password }, { ip: from });
  await useUp("login", `${ip} ${world.email}`, 9);
  expect((await login(world, ip)).error).toBeUndefined();
  expect((await login(world, ip)).error).toMatchObject(limited);
  expect((await login(other, ip)).error).toBeUndefined();
  expect((await login(world, "198.51.100.2")).error).toBeUndefined();
});

test("an e-mail written otherwise counts as the same", async () => {
  const { email, password } = await makeWorld(admin);
  const ip = "198.51.100.3";
  await useUp("login", `${ip} ${email}`, 10);
  const answer = await ask(strict, undefined, "auth.login", { email: ` ${email.toUpperCase()}`, password }, { ip });
  expect(answer.error).toMatchObject(limited);
});

test("after a hundred attempts from one address it may try no e-mail and no link", async () => {
  const { email, password, linkToken } = await makeWorld(admin);
  const ip = "198.51.100.4";
  await useUp("loginFromAddress", ip, 100);
  const facts = { ip };
  expect((await ask(strict, undefined, "auth.login", { email, password }, facts)).error).toMatchObject(limited);
  const input = { token: linkToken, password: "correct horse battery" };
  expect((await ask(strict, undefined, "auth.setPassword", input, facts)).error).toMatchObject(limited);
});

test("after twenty registrations from one address it registers no more, and nothing is made", async () => {
  const { slug, email } = makeNowhere();
  const ip = "198.51.100.5";
  await useUp("register", ip, 20);
  const input = { tenantName: "N", tenantSlug: slug, name: "N", email, password: "correct horse battery" };
  expect((await ask(strict, undefined, "auth.register", input, { ip })).error).toMatchObject(limited);
  const { rowCount } = await admin.query("select from app.tenants where slug = $1", [slug]);
  expect(rowCount).toBe(0);
});

test("addresses of one network of IPv6, and one address with several ports, share what they may try", async () => {
  const { email, password } = await makeWorld(admin);
  for (const [counted, from] of [
    ["2001:db8:7:1::/64", (nth: number) => `2001:db8:7:1::${nth}`],
    ["198.51.100.6", (nth: number) => `198.51.100.6:${40_000 + nth}`],
  ] as const) {
    await useUp("login", `${counted} ${email}`, 8);
    const login = (nth: number) => ask(strict, undefined, "auth.login", { email, password }, { ip: from(nth) });
    expect((await login(1)).error).toBeUndefined();
    expect((await login(2)).error).toBeUndefined();
    expect((await login(3)).error).toMatchObject(limited);
  }
});

test("servers share one count, exact under concurrency", async () => {
  const other = createRateLimits(await poolOf(await database.orm("severalty_auth")), 1);
  const uses = Array.from({ length: 30 }, (_, at) =>
    (at % 2 === 0 ? strict.rateLimits : other).use({ limit: "register", key: "198.51.100.6" }),
  );
  const results = await Promise.allSettled(uses);
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
});
