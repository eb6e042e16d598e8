import { makeMember } from "@severalty/db/testing/make-tenant";
import { permissionsOf, roles, type Role } from "@severalty/domain/permission";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { cases } from "./cases.ts";
import { oncePer } from "./once-per.ts";
import { bytesOf, changesSince, createSharedWorlds, makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const sharedWorld = createSharedWorlds(admin);

const auditRows = async (requestIds: readonly string[]) => {
  const { rows } = await admin.query<object>(
    `select request_id as "requestId", tenant_id as "tenantId", user_id as "userId", action, outcome,
       resource_type as "resourceType", details
     from app.audit_logs where request_id = any($1) order by array_position($1, request_id)`,
    [requestIds],
  );
  return rows;
};

/** What comes of each role, by its name, so that a failure says which role it was. */
const byRole = async <Result>(asked: readonly Role[], work: (role: Role) => Result | Promise<Result>) => {
  const results: Record<string, Awaited<Result>> = {};
  for (const role of asked) results[role] = await work(role);
  return results;
};

/** Somebody in each role, in a shared world. */
const callersIn = oncePer(({ tenantId }: World) => byRole(roles, (role) => makeMember(admin, tenantId, { role })));

const procedures = Object.entries(cases).flatMap(([path, { permission, noun, input }]) => {
  if (permission === undefined) return [];
  const having = roles.filter((role) => permissionsOf[role].has(permission));
  return [{ path, permission, noun, input, having, lacking: roles.filter((role) => !having.includes(role)) }];
});

describe.each(procedures)("$path", ({ path, permission, noun, input, having, lacking }) => {
  const requestIdOf = (role: Role) => `denied-${path}-${role}`;

  test("refuses a role that lacks its permission, changes nothing, and leaves one audit row", async () => {
    const world = await sharedWorld(noun);
    const callers = await callersIn(world);
    const before = await bytesOf(admin, world);
    const errors = await byRole(lacking, async (role) => {
      const facts = { requestId: requestIdOf(role) };
      return (await ask(services, callers[role], path, input?.(world), facts)).error;
    });
    const denial = (role: Role) => ({
      code: -32003,
      message: `the role ${role} lacks ${permission}`,
      data: { code: "FORBIDDEN", httpStatus: 403, reason: "auth/forbidden", requestId: requestIdOf(role) },
    });
    expect(errors).toEqual(await byRole(lacking, denial));
    expect(await auditRows(lacking.map(requestIdOf))).toEqual(
      lacking.map((role) => ({
        requestId: requestIdOf(role),
        tenantId: world.tenantId,
        userId: callers[role]?.userId,
        action: path,
        outcome: "denied",
        resourceType: path.split(".")[0],
        details: { reason: "auth/forbidden" },
      })),
    );
    const unexamined = await byRole(lacking, async (role) => {
      const { error } = await ask(services, callers[role], path, { unheardOf: true });
      return error?.data.reason;
    });
    expect(unexamined).toEqual(await byRole(lacking, () => "auth/forbidden"));
    const denials = Array.from(
      { length: 2 * lacking.length },
      () => expect.stringMatching(/^app\.audit_logs/) as string,
    );
    expect(await changesSince(admin, world, before)).toEqual(denials);
  });

  test("answers each role that has its permission", async () => {
    const isQuery = proceduresByPath[path]?._def.type === "query";
    const answers = await byRole(having, async (role) => {
      const world = await (isQuery ? sharedWorld(noun) : makeWorld(admin, { noun }));
      const caller = await makeMember(admin, world.tenantId, { role, teamId: world.teamId });
      return ask(services, caller, path, input?.(world));
    });
    expect(answers).toEqual(await byRole(having, () => ({ data: expect.anything() as unknown })));
  });

  test("refuses a token that claims somebody else's role, and changes nothing", async () => {
    const world = await sharedWorld(noun);
    const callers = await callersIn(world);
    const before = await bytesOf(admin, world);
    const reasons = await byRole(roles, async (role) => {
      const caller = callers[role === "user" ? "team_member" : "user"];
      const { error } = await ask(services, caller && { ...caller, role }, path, input?.(world));
      return error?.data.reason;
    });
    expect(reasons).toEqual(
      await byRole(roles, (role) => (having.includes(role) ? "auth/session-ended" : "auth/forbidden")),
    );
    const changes = await changesSince(admin, world, before);
    expect(changes.filter((row) => !row.startsWith("app.audit_logs"))).toEqual([]);
  });
});
