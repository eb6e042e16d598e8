import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneDatabase, ensureTemplate } from "../src/template.ts";
import { testCluster, type TestCluster } from "../src/test-cluster.ts";
import { withDatabase } from "../src/url.ts";
import { withClient } from "../src/with-client.ts";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(async () => {
  await cluster.stop();
});

const run = (url: string, sql: string) =>
  withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql)).rows);

const makeHash = () => `t${crypto.randomUUID().replaceAll("-", "")}`;

const forget = async (template: string) => {
  await run(cluster.url, `alter database ${template} with is_template false`);
  await run(cluster.url, `drop database ${template}`);
};

test("ten that ask for a template at once get one that was built once", async () => {
  const hash = makeHash();
  let builds = 0;
  const build = async (url: string) => {
    builds += 1;
    await run(url, "create table made (x int)");
  };
  const names = await Promise.all(Array.from({ length: 10 }, () => ensureTemplate(cluster.url, hash, build)));
  expect(builds).toBe(1);
  expect(new Set(names)).toEqual(new Set([`template_${hash}`]));
  await forget(`template_${hash}`);
});

test("a template takes no connections", async () => {
  const template = await ensureTemplate(cluster.url, makeHash(), () => Promise.resolve());
  await expect(run(withDatabase(cluster.url, template), "select 1")).rejects.toThrow("not currently accepting");
  await forget(template);
});

test("a clone shares nothing with its template or another clone", async () => {
  const template = await ensureTemplate(cluster.url, makeHash(), async (url) => {
    await run(url, "create table notes (x int); insert into notes values (1)");
  });
  await using one = await cloneDatabase(cluster.url, template);
  await run(one.url, "insert into notes values (2)");
  await using two = await cloneDatabase(cluster.url, template);
  expect(await run(one.url, "select x from notes order by x")).toEqual([{ x: 1 }, { x: 2 }]);
  expect(await run(two.url, "select x from notes order by x")).toEqual([{ x: 1 }]);
  await forget(template);
});

test("a dropped clone is gone, connections included", async () => {
  const template = await ensureTemplate(cluster.url, makeHash(), () => Promise.resolve());
  const clone = await cloneDatabase(cluster.url, template);
  await withClient(clone.url, async () => {
    await clone.drop();
  });
  await clone.drop();
  expect(await run(cluster.url, `select from pg_database where datname = '${clone.name}'`)).toEqual([]);
  await forget(template);
});

test("a template that was left half-built is built again", async () => {
  const hash = makeHash();
  await run(cluster.url, `create database template_${hash}`);
  await run(withDatabase(cluster.url, `template_${hash}`), "create table half (x int)");
  const template = await ensureTemplate(cluster.url, hash, async (url) => {
    await run(url, "create table half (x int, y int)");
  });
  await using clone = await cloneDatabase(cluster.url, template);
  expect(await run(clone.url, "select x, y from half")).toEqual([]);
  await forget(template);
});

test("a build that fails leaves no template, and says why", async () => {
  const hash = makeHash();
  const failing = ensureTemplate(cluster.url, hash, () => Promise.reject(new Error("no such migration")));
  await expect(failing).rejects.toThrow("no such migration");
  expect(await run(cluster.url, `select from pg_database where datname = 'template_${hash}'`)).toEqual([]);
});

test("a hash that is not a plain name is refused before any SQL", async () => {
  await expect(ensureTemplate("postgres://nowhere", 'x"; drop', () => Promise.resolve())).rejects.toThrow(
    "template hash must be",
  );
});
