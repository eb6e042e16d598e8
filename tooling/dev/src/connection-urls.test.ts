import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepConnectionUrls, readConnectionUrls, saveConnectionPort } from "./connection-urls.ts";

const scratch = () => {
  const path = mkdtempSync(join(tmpdir(), "severalty-urls-"));
  return { path, file: join(path, "urls.json"), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
};

test("every user has a password of its own that survives, and only the owner can read the file", () => {
  using data = scratch();
  const urls = keepConnectionUrls(data.path);
  expect(new Set(Object.values(urls).map((url) => new URL(url).password)).size).toBe(5);
  expect(keepConnectionUrls(data.path)).toEqual(urls);
  expect(statSync(data.file).mode & 0o777).toBe(0o600);
});

test("a new port goes into every URL and the passwords stay", () => {
  using data = scratch();
  const before = keepConnectionUrls(data.path);
  const after = saveConnectionPort(data.path, before, 6543);
  expect(after.app).toBe(before.app.replace(/:\d+\//, ":6543/"));
  expect(readConnectionUrls(data.path)).toEqual(after);
  expect(statSync(data.file).mode & 0o777).toBe(0o600);
});

test("the users and the database are those that the migrator and the server are promised", () => {
  using data = scratch();
  keepConnectionUrls(data.path);
  const urls = Object.entries(JSON.parse(readFileSync(data.file, "utf8")) as Record<string, string>);
  expect(urls.map(([name, url]) => [name, new URL(url).username, new URL(url).pathname])).toEqual([
    ["admin", "postgres", "/severalty"],
    ["migrator", "severalty_migrator", "/severalty"],
    ["app", "severalty_app", "/severalty"],
    ["auth", "severalty_auth", "/severalty"],
    ["platform", "severalty_platform", "/severalty"],
  ]);
});

test("a file without one of the URLs is refused by the name of what is missing", () => {
  using data = scratch();
  writeFileSync(data.file, '{ "admin": "postgres://x" }');
  expect(() => keepConnectionUrls(data.path)).toThrow('no URL for "migrator"');
});

test("where nothing was started there are no URLs", () => {
  using data = scratch();
  expect(readConnectionUrls(data.path)).toBeUndefined();
});
