import { makeMember } from "@severalty/db/testing/make-tenant";
import { permissionsOf, roles } from "@severalty/domain/permission";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

const auditRows = async (requestId: string) => {
  const { rows } = await admin.query<object>(
    `select tenant_id as "tenantId", user_id as "userId", action, outcome, resource_type as "resourceType", details
     from app.audit_logs where request_id = $1`,
    [requestId],
  );
  return rows;
};

const pairs = Object.entries(cases).flatMap(([path, { permission, noun, input }]) =>
  permission === undefined ? [] : roles.map((role) => ({ path, permission, noun, input, role })),
);
const lacking = pairs.filter(({ role, permission }) => !permissionsOf[role].has(permission));
const having = pairs.filter(({ role, permission }) => permissionsOf[role].has(permission));

describe.each(lacking)("$path, asked by the role $role", ({ path, permission, noun, input, role }) => {
  test("is refused, changes nothing, and leaves one audit row", async () => {
    const world = await makeWorld(admin, { noun });
    const caller = await makeMember(admin, world.tenantId, { role });
    const requestId = `denied-${path}-${role}`;
    const { error } = await ask(services, caller, path, input?.(world), { requestId });
    expect(error).toEqual({
      code: -32003,
      message: `the role ${role} lacks ${permission}`,
      data: { code: "FORBIDDEN", httpStatus: 403, reason: "auth/forbidden", requestId },
    });
    expect(await auditRows(requestId)).toEqual([
      {
        tenantId: world.tenantId,
        userId: caller.userId,
        action: path,
        outcome: "denied",
        resourceType: path.split(".")[0],
        details: { reason: "auth/forbidden" },
      },
    ]);
  });

  test("is refused before its input is looked at", async () => {
    const world = await makeWorld(admin, { noun });
    const caller = await makeMember(admin, world.tenantId, { role });
    const { error } = await ask(services, caller, path, { unheardOf: true });
    expect(error?.data.reason).toBe("auth/forbidden");
  });
});

test.each(having)("$path answers the role $role", async ({ path, noun, input, role }) => {
  const world = await makeWorld(admin, { noun });
  const caller = await makeMember(admin, world.tenantId, { role, teamId: world.teamId });
  expect(await ask(services, caller, path, input?.(world))).toEqual({ data: expect.anything() as unknown });
});

test.each(pairs)(
  "$path refuses a token that claims the role $role for somebody else's",
  async ({ path, noun, input, role }) => {
    const world = await makeWorld(admin, { noun });
    const other = role === "user" ? "team_member" : "user";
    const caller = await makeMember(admin, world.tenantId, { role: other });
    const { error } = await ask(services, { ...caller, role }, path, input?.(world));
    const isPermitted = having.some((pair) => pair.path === path && pair.role === role);
    expect(error?.data.reason).toBe(isPermitted ? "auth/session-ended" : "auth/forbidden");
  },
);
