import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accountFor, asUser, inUserNamespace } from "./account.ts";

const isRoot = process.getuid?.() === 0;

const closedFolder = () => {
  const path = mkdtempSync(join(tmpdir(), "severalty-account-"));
  chmodSync(path, 0o700);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

const onlyRoot = "as a normal user, who cannot become another";

test("root becomes another user that still passes a closed folder", ({ skip }) => {
  skip(!isRoot, onlyRoot);
  using folder = closedFolder();
  const inside = join(folder.path, "data");
  mkdirSync(inside, { mode: 0o700 });
  const account = asUser(65534, [folder.path]);
  account.own(inside);
  const [program, args] = account.command("sh", ["-c", 'id -u; touch "$0/made"', inside]);
  expect(spawnSync(program, args, { encoding: "utf8" }).stdout).toBe("65534\n");
  expect(statSync(join(inside, "made")).uid).toBe(65534);
});

test("root in a user namespace is not called root, and its files stay root's", (context) => {
  context.skip(!isRoot, onlyRoot);
  using folder = closedFolder();
  const account = inUserNamespace();
  if (account === undefined) {
    context.skip("this machine forbids user namespaces");
    return;
  }
  const [program, args] = account.command("sh", ["-c", 'id -u; touch "$0/made"', folder.path]);
  expect(spawnSync(program, args, { encoding: "utf8" }).stdout).toBe("65534\n");
  expect(statSync(join(folder.path, "made")).uid).toBe(0);
});

test("root says which folder it cannot give to another user", ({ skip }) => {
  skip(!isRoot, onlyRoot);
  expect(() => asUser(65534, ["/nonexistent"])).toThrow("uid 65534 cannot reach /nonexistent");
});

test("a normal user is told whose folder it is", ({ skip }) => {
  skip(isRoot, "as root, whom every folder is open to");
  expect(() => accountFor("/", { initdb: "", postgres: "" })).toThrow("belongs to another user (uid 0)");
});
