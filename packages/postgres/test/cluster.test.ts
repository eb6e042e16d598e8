import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { startCluster } from "../src/cluster.ts";
import { freePort } from "../src/free-port.ts";
import { onlyInCi } from "../src/only-in-ci.ts";
import { findPostmaster, STARTER_SETTING } from "../src/postmaster.ts";
import { isAlive, processesIn } from "../src/process-table.ts";
import { testCluster } from "../src/test-cluster.ts";
import { withClient } from "../src/with-client.ts";
import { scratchFolder } from "./scratch-folder.ts";

const rows = (url: string, sql: string) =>
  withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);

const until = async (condition: () => boolean) => {
  for (const end = Date.now() + 60_000; !condition(); await sleep(20)) {
    if (Date.now() > end) throw new Error("it did not come to pass within 60 s");
  }
};

/** One complete data folder for all tests that are not about making one: initdb takes a second of processor time. */
const prepared = (async () => {
  const folder = scratchFolder();
  const dataDir = join(folder.path, "pg");
  await (await startCluster({ dataDir })).stop();
  return { dataDir, folder };
})();
afterAll(async () => (await prepared).folder[Symbol.dispose]());

const copyPrepared = async (dataDir: string) => {
  await cp((await prepared).dataDir, dataDir, { recursive: true });
  return dataDir;
};

/** What `start-and-wait.ts` prints. */
interface Said {
  readonly owned: boolean;
  readonly url: string;
  readonly starter: number;
}

/** Another process that starts a cluster; `said` is what it printed once it was up. */
const startElsewhere = (dataDir: string) => {
  const program = join(import.meta.dirname, "start-and-wait.ts");
  const child: ChildProcess = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const said = new Promise<Said>((resolve, reject) => {
    child.stdout?.once("data", (text: Buffer) => resolve(JSON.parse(text.toString()) as Said));
    child.once("exit", () => reject(new Error("it ended before its cluster was up")));
  });
  const end = async () => {
    child.kill("SIGKILL");
    const { owned } = await said.catch(() => ({ owned: false }));
    if (owned) await until(() => findPostmaster(dataDir) === undefined);
  };
  return { child, said, [Symbol.asyncDispose]: end };
};

test("a second start joins the server of a living process, and leaves it running", async () => {
  using folder = scratchFolder();
  const dataDir = await copyPrepared(join(folder.path, "pg"));
  await using elsewhere = startElsewhere(dataDir);
  const first = await elsewhere.said;
  const joined = await startCluster({ dataDir });
  expect(joined).toMatchObject({ owned: false, url: first.url, starter: elsewhere.child.pid });
  await joined.stop();
  expect(await rows(first.url, "select 1 as x")).toEqual([{ x: 1 }]);
});

test("a lock file whose pid another program has now does not stop the start", async () => {
  using folder = scratchFolder();
  const dataDir = await copyPrepared(join(folder.path, "pg"));
  const stranger = spawn("sleep", ["60"]);
  writeFileSync(join(dataDir, "postmaster.pid"), `${stranger.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n\nready\n`);
  const cluster = await startCluster({ dataDir });
  expect(cluster.owned).toBe(true);
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  stranger.kill();
  await cluster.stop();
});

test("a preferred port is used when it is free, and another one when it is taken", async () => {
  using folder = scratchFolder();
  const [one, two] = await Promise.all([copyPrepared(join(folder.path, "a")), copyPrepared(join(folder.path, "b"))]);
  const port = await freePort();
  const again = await startCluster({ dataDir: one, port });
  expect(again.port).toBe(port);
  const beside = await startCluster({ dataDir: two, port });
  expect(beside.port).not.toBe(port);
  await Promise.all([again.stop(), beside.stop()]);
});

test("a lost superuser password is replaced by the caller's", async () => {
  using folder = scratchFolder();
  const dataDir = await copyPrepared(join(folder.path, "pg"));
  const cluster = await startCluster({ dataDir, password: "it's % new" });
  expect(await rows(cluster.url, "select 1 as x")).toEqual([{ x: 1 }]);
  await cluster.stop();
});

test("a folder with other things in it is refused and left as it was", async () => {
  using folder = scratchFolder();
  const dataDir = join(folder.path, "pg");
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "thesis.txt"), "precious");
  await expect(startCluster({ dataDir })).rejects.toThrow("holds no PostgreSQL data");
  expect(readFileSync(join(dataDir, "thesis.txt"), "utf8")).toBe("precious");
});

test("a data folder of another major version is refused by name", async () => {
  using folder = scratchFolder();
  const dataDir = join(folder.path, "pg");
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "PG_VERSION"), "15\n");
  await expect(startCluster({ dataDir })).rejects.toThrow("was made by PostgreSQL 15");
});

test("a throw-away server leaves no file and no process", async () => {
  using folder = scratchFolder();
  const dataDir = await copyPrepared(join(folder.path, "pg"));
  const cluster = await startCluster({ dataDir, ephemeral: true });
  expect(await rows(cluster.url, "show fsync")).toEqual([{ fsync: "off" }]);
  expect(await rows(cluster.url, `show ${STARTER_SETTING}`)).toEqual([{ [STARTER_SETTING]: String(process.pid) }]);
  await Promise.all([cluster.stop(), cluster.stop()]);
  expect(readdirSync(folder.path)).toEqual([]);
});

test("TEST_DATABASE_URL takes the place of a throw-away server", async () => {
  const before = process.env["TEST_DATABASE_URL"];
  process.env["TEST_DATABASE_URL"] = "postgres://me@elsewhere:1/postgres";
  try {
    await using cluster = await testCluster();
    expect(cluster.url).toBe("postgres://me@elsewhere:1/postgres");
  } finally {
    if (before === undefined) delete process.env["TEST_DATABASE_URL"];
    else process.env["TEST_DATABASE_URL"] = before;
  }
});

test("a server stops under its clients", async () => {
  using folder = scratchFolder();
  const cluster = await startCluster({ dataDir: await copyPrepared(join(folder.path, "pg")), ephemeral: true });
  await withClient(cluster.url, async (client) => {
    await cluster.stop();
    await expect(client.query("select 1")).rejects.toThrow(/terminat|not queryable|shutting down/i);
  });
});

describe("killed, or started by several at once,", () => {
  beforeEach(onlyInCi);

  test("data outlives the server, and a postmaster that was killed with its backends busy", async () => {
    using folder = scratchFolder();
    const dataDir = join(folder.path, "pg");
    const first = await startCluster({ dataDir });
    await rows(first.url, "create table kept as select 1 as x");
    await first.stop();
    const second = await startCluster({ dataDir });
    const busy = rows(second.url, "do $$ begin loop end loop; end $$").catch(() => "lost");
    await until(() => processesIn(dataDir).length > 5);
    process.kill(findPostmaster(dataDir)?.pid ?? 0, "SIGKILL");
    expect(await second.exited).toContain("SIGKILL");
    const third = await startCluster({ dataDir });
    expect(await busy).toBe("lost");
    expect(await rows(third.url, "select x from kept")).toEqual([{ x: 1 }]);
    await third.stop();
    expect(processesIn(dataDir)).toEqual([]);
  });

  test("a server goes down with a starter that was killed, and the next start takes over", async () => {
    using folder = scratchFolder();
    const dataDir = await copyPrepared(join(folder.path, "pg"));
    await using elsewhere = startElsewhere(dataDir);
    const { url } = await elsewhere.said;
    await rows(url, "create table kept as select 1 as x");
    const orphan = findPostmaster(dataDir)?.pid ?? 0;
    elsewhere.child.kill("SIGKILL");
    await until(() => !isAlive(elsewhere.child.pid ?? 0));
    const cluster = await startCluster({ dataDir });
    expect(cluster.owned).toBe(true);
    expect(isAlive(orphan)).toBe(false);
    expect(await rows(cluster.url, "select x from kept")).toEqual([{ x: 1 }]);
    await cluster.stop();
  });

  test("a server that was still starting goes down with its starter, and a throw-away one leaves no file", async () => {
    for (const ephemeral of [false, true]) {
      using folder = scratchFolder();
      const dataDir = await copyPrepared(join(folder.path, "pg"));
      const program = join(import.meta.dirname, "die-in-launch.ts");
      const child = spawn(process.execPath, [program, dataDir, String(ephemeral)]);
      await once(child, "exit");
      expect(child.signalCode).toBe("SIGKILL");
      await until(() => processesIn(dataDir).length === 0);
      if (ephemeral) await until(() => readdirSync(folder.path).length === 0);
    }
  });

  test("of three processes that start a cluster on one new folder at once, one owns it and all use it", async () => {
    using folder = scratchFolder();
    const dataDir = join(folder.path, "pg");
    await using one = startElsewhere(dataDir);
    await using two = startElsewhere(dataDir);
    await using three = startElsewhere(dataDir);
    const all = await Promise.all([one.said, two.said, three.said]);
    expect(all.filter(({ owned }) => owned)).toHaveLength(1);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(readdirSync(folder.path).toSorted()).toEqual(["pg", "pg.log"]);
  });

  test("an initdb that was cut short leaves nothing in the way", async () => {
    using folder = scratchFolder();
    const dataDir = join(folder.path, "pg");
    const child = spawn(process.execPath, [join(import.meta.dirname, "die-in-initdb.ts"), dataDir]);
    await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");
    expect(existsSync(dataDir)).toBe(false);
    const cluster = await startCluster({ dataDir });
    expect(await rows(cluster.url, "select 1 as x")).toEqual([{ x: 1 }]);
    await cluster.stop();
    await until(() => readdirSync(folder.path).every((name) => !name.includes(".new-")));
  });
});
