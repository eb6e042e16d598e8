import { expect, test } from "vitest";
import { isPermitted, isRole, permissions, permissionsOf, roles, type Permission } from "./permission.ts";

test("the table says of every role what it may do, and names no permission that is not one", () => {
  expect(Object.keys(permissionsOf).toSorted()).toEqual([...roles].toSorted());
  const held = roles.flatMap((role) => [...permissionsOf[role]]);
  expect(permissions).toEqual(expect.arrayContaining(held));
});

test("every permission is held by some role, and an agency's administrator holds all", () => {
  for (const permission of permissions) expect(isPermitted("agency_admin", permission)).toBe(true);
});

test("whoever may change a thing may also read it", () => {
  const blind = roles.flatMap((role) =>
    permissions
      .filter((permission) => permission.endsWith(".write") && isPermitted(role, permission))
      .filter((permission) => !isPermitted(role, permission.replace(".write", ".read") as Permission))
      .map((permission) => `${role} ${permission}`),
  );
  expect(blind).toEqual([]);
});

test("no role of the reserved tenant touches business data, and a member reads no audit log", () => {
  for (const role of ["admin", "user"] as const)
    for (const permission of permissions.filter((known) => known.startsWith("documents.")))
      expect(isPermitted(role, permission)).toBe(false);
  expect(isPermitted("team_member", "auditLogs.read")).toBe(false);
});

test("a word is a role or it is not; names of every object's own properties are not", () => {
  for (const role of roles) expect(isRole(role)).toBe(true);
  for (const word of ["", "Admin", "owner", "toString", "__proto__", "agency_admin "]) expect(isRole(word)).toBe(false);
});
