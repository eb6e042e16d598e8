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
  const known = ["tenants.read", "users.read", "auditLogs.read"];
  for (const role of ["admin", "user"] as const)
    expect(permissions.filter((permission) => isPermitted(role, permission) && !known.includes(permission))).toEqual(
      [],
    );
  expect(isPermitted("team_member", "auditLogs.read")).toBe(false);
});

test("each role holds exactly what the table gives it", () => {
  expect([...permissionsOf.team_member]).toEqual(
    expect.arrayContaining(["teams.read", "users.read", "documents.read", "documents.write"]),
  );
  expect(isPermitted("team_member", "teams.write")).toBe(false);
  expect(isPermitted("team_member", "users.write")).toBe(false);
  expect(permissionsOf.admin).toEqual(new Set(["tenants.read", "users.read", "auditLogs.read"]));
  expect(permissionsOf.user).toEqual(new Set(["tenants.read"]));
});

test("a word is a role or it is not; names of every object's own properties are not", () => {
  for (const role of roles) expect(isRole(role)).toBe(true);
  for (const word of ["", "Admin", "owner", "toString", "__proto__", "agency_admin "]) expect(isRole(word)).toBe(false);
});
