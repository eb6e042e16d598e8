import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { withClient } from "@severalty/postgres/with-client";
import { beforeEach, describe, expect, test } from "vitest";
import { isQuiet, makePlace, postmasterOf, serverFacts, startDev, until } from "./dev-process.ts";

const READY = "Severalty is ready";

const urlsIn = (data: string) => JSON.parse(readFileSync(join(data, "urls.json"), "utf8")) as Record<string, string>;

test("a first start brings everything up, says how to use it, and Ctrl-C takes all of it down", async () => {
  using place = await makePlace("fresh");
  const record = join(place.data, "migrator.json");
  await using dev = startDev(place, { MIGRATOR_RECORD: record, INITIAL_ADMINS: "me@example.com" });
  await dev.says(READY);

  const urls = urlsIn(place.data);
  expect(statSync(join(place.data, "urls.json")).mode & 0o777).toBe(0o600);
  for (const part of [
    `http://localhost:${place.port}/trpc`,
    "demo@severalty.dev / demo-password",
    "member@severalty.dev / demo-password",
    urls["admin"],
  ]) {
    expect(dev.output()).toContain(part);
  }
  const migrator = JSON.parse(readFileSync(record, "utf8")) as { args: string[]; env: Record<string, string> };
  expect(migrator.args).toEqual(["--demo"]);
  expect(migrator.env).toMatchObject({
    ENVIRONMENT: "development",
    DATABASE_URL: urls["migrator"],
    APP_ROLE_PASSWORD: new URL(urls["app"] ?? "").password,
    INITIAL_ADMINS: "me@example.com",
  });
  const { env } = await serverFacts(place);
  expect(env).toMatchObject({
    ENVIRONMENT: "development",
    PORT: String(place.port),
    DATABASE_URL: urls["app"],
    AUTH_DATABASE_URL: urls["auth"],
    PLATFORM_DATABASE_URL: urls["platform"],
    AUTH_SECRET: readFileSync(join(place.data, "auth-secret"), "utf8"),
    SECRETS_KEY: readFileSync(join(place.data, "secrets-key"), "utf8"),
  });
  expect(env).not.toHaveProperty("ADMIN_DATABASE_URL");

  dev.child.kill("SIGINT");
  expect(await dev.exited).toBe(0);
  expect(dev.output()).toContain("the server closed in order");
  expect(await isQuiet(place)).toBe(true);
  expect(existsSync(join(place.data, "pg/postmaster.pid"))).toBe(false);
});

describe("started over and over, killed or broken,", () => {
  beforeEach(onlyInCi);

  test("passwords, the secret of tokens and the data are kept from one start to the next", async () => {
    using place = await makePlace();
    // Whether the port is free again is up to the machine.
    const keep = () =>
      ["auth-secret", "secrets-key", "urls.json"].map((name) =>
        readFileSync(join(place.data, name), "utf8").replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1"),
      );
    let before: string[];
    {
      await using dev = startDev(place);
      await dev.says(READY);
      before = keep();
      await withClient(urlsIn(place.data)["admin"] ?? "", (client) => client.query("create table kept ()"));
    }
    await using dev = startDev(place);
    await dev.says(READY);
    expect(keep()).toEqual(before);
    await withClient(urlsIn(place.data)["admin"] ?? "", (client) => client.query("select from kept"));
  });

  test("a second start in the same folder names the first and leaves it alone", async () => {
    using place = await makePlace();
    await using dev = startDev(place);
    await dev.says(READY);
    await using second = startDev(place);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(
      `already runs in ${place.data} (pid ${dev.pid}) at http://localhost:${place.port}`,
    );
    expect((await fetch(`${place.url}/readyz`)).status).toBe(200);
  });

  test("a taken port is told with a way out, and nothing stays behind", async () => {
    using place = await makePlace();
    const other = createServer().listen(place.port);
    await once(other, "listening");
    await using dev = startDev(place);
    expect(await dev.exited).toBe(1);
    expect(dev.output()).toContain(`port ${place.port} is taken`);
    expect(existsSync(join(place.data, "pg/postmaster.pid"))).toBe(false);
    other.close();
  });

  test("after kill -9 of the dev script nothing keeps running, and the next start is as any other", async () => {
    using place = await makePlace();
    await using killed = startDev(place);
    await killed.says(READY);
    killed.child.kill("SIGKILL");
    await using dev = startDev(place);
    await dev.says(READY);
    dev.child.kill("SIGINT");
    expect(await dev.exited).toBe(0);
    expect(await isQuiet(place)).toBe(true);
  });

  test("a killed server ends dev, which says so and stops the rest", async () => {
    using place = await makePlace();
    await using dev = startDev(place);
    await dev.says(READY);
    process.kill((await serverFacts(place)).pid, "SIGKILL");
    expect(await dev.exited).toBe(1);
    expect(dev.output()).toContain("the server died. Everything is stopped.");
    expect(await isQuiet(place)).toBe(true);
  });

  test("a killed postmaster ends dev, which says so and stops the rest, and the next start recovers", async () => {
    using place = await makePlace();
    {
      await using dev = startDev(place);
      await dev.says(READY);
      process.kill(postmasterOf(place), "SIGKILL");
      expect(await dev.exited).toBe(1);
      expect(dev.output()).toContain("PostgreSQL ended (exit SIGKILL");
      await until(
        () => isQuiet(place),
        () => "something still runs",
      );
    }
    await using dev = startDev(place);
    await dev.says(READY);
  });

  test("a killed backend of PostgreSQL ends nothing", async () => {
    using place = await makePlace();
    await using dev = startDev(place);
    await dev.says(READY);
    const admin = urlsIn(place.data)["admin"] ?? "";
    await withClient(admin, async (client) => {
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      process.kill(rows[0]?.pid ?? 0, "SIGKILL");
    });
    await until(
      () => withClient(admin, () => Promise.resolve(true)).catch(() => false),
      () => "PostgreSQL stayed away",
    );
    expect((await fetch(`${place.url}/readyz`)).status).toBe(200);
  });

  test("a change restarts the server, one that does not run waits for the next, and dev stays", async () => {
    using place = await makePlace();
    await using dev = startDev(place);
    await dev.says(READY);
    const source = readFileSync(place.server, "utf8");
    const first = (await serverFacts(place)).pid;
    // Again and again: what watches may begin to after the server has answered.
    const again = setInterval(() => appendFileSync(place.server, "const const\n"), 2_000);
    await dev.says("Waiting for file changes").finally(() => clearInterval(again));
    expect(dev.child.exitCode).toBeNull();
    writeFileSync(place.server, source);
    await dev.says("Severalty: reloaded in");
    expect((await serverFacts(place)).pid).not.toBe(first);
  });

  test("a server that does not start at all ends dev", async () => {
    using place = await makePlace();
    writeFileSync(place.server, "throw new Error('no such setting')");
    await using dev = startDev(place);
    expect(await dev.exited).toBe(1);
    expect(dev.output()).toContain("no such setting");
    expect(dev.output()).toContain("the server did not start");
  });

  test("lost connection URLs are made anew for the same data", async () => {
    using place = await makePlace();
    {
      await using dev = startDev(place);
      await dev.says(READY);
    }
    const before = urlsIn(place.data);
    rmSync(join(place.data, "urls.json"));
    await using dev = startDev(place);
    await dev.says(READY);
    const admin = urlsIn(place.data)["admin"] ?? "";
    expect(admin).not.toBe(before["admin"]);
    await withClient(admin, (client) => client.query("select 1"));
  });
});
