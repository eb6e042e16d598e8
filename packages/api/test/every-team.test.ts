import { tenantEntities } from "@severalty/db/entities";
import { makeMember } from "@severalty/db/testing/make-tenant";
import { nounOf } from "@severalty/db/tenancy/noun-of";
import { createNewId } from "@severalty/domain/ids";
import { isPermitted } from "@severalty/domain/permission";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";
import { idFieldsOf } from "./input-schema.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

const teamScoped = tenantEntities.filter(({ meta }) => "team" in meta.filters).map(({ meta }) => meta.tableName);

/** A member of one team, and by noun the rows of another. */
interface Place {
  readonly world: World;
  readonly member: Awaited<ReturnType<typeof makeMember>>;
  readonly hidden: ReadonlyMap<string, readonly string[]>;
}

const places = new Map<string | undefined, Promise<Place>>();

const makePlace = async (noun: string | undefined): Promise<Place> => {
  const world = await makeWorld(admin, { noun });
  const { tenantId, teamId, emptyTeamId } = world;
  const member = await makeMember(admin, tenantId, { role: "team_member", teamId: emptyTeamId });
  // What the whole tenant sees may name what it does not see: a filter by that name finds it.
  await admin.query("update app.task_queue set agent_instance_id = null where tenant_id = $1 and team_id is null", [
    tenantId,
  ]);
  const hidden = new Map<string, string[]>();
  for (const table of teamScoped) {
    const { rows } = await admin.query<{ id: string }>(`select id from app.${table} where team_id = $1`, [teamId]);
    hidden.set(
      nounOf(table),
      rows.map(({ id }) => id),
    );
  }
  return { world, member, hidden };
};

/** Nothing here changes a row, so that the cases of a noun share a place. */
const placeOf = (noun: string | undefined): Promise<Place> => {
  const place = places.get(noun) ?? makePlace(noun);
  places.set(noun, place);
  return place;
};

const open = Object.entries(cases).filter(([, made]) => {
  const { permission } = made;
  return permission !== undefined && isPermitted("team_member", permission);
});

const fields = open.flatMap(([path, { noun, input }]) =>
  idFieldsOf(path)
    .filter((field) => field !== "cursor")
    .map((field) => ({ path, field, noun, input })),
);

test("E7: every noun that may belong to a team has a row that is hidden here", async () => {
  const { hidden } = await placeOf(undefined);
  expect([...hidden.values()].filter((ids) => ids.length === 0)).toEqual([]);
  expect([...hidden.keys()]).toEqual(expect.arrayContaining(["documents", "agentInstances", "secrets", "tasks"]));
});

test.each(fields)(
  "E7: $path with a $field of another team's row answers as for one that never was",
  async ({ path, field, noun, input }) => {
    const { world, member, hidden } = await placeOf(noun);
    const asked = (id: string) => ask(services, member, path, { ...input?.(world), [field]: id });
    const never = await asked(newId());
    for (const id of [...hidden.values()].flat()) expect(await asked(id)).toEqual(never);
  },
);

test.each(open.filter(([path]) => path.endsWith(".list")))("E7: %s has no row of another team", async (path) => {
  const { member, hidden } = await placeOf(undefined);
  const answer = await ask(services, member, path, path === "templates.list" ? {} : { limit: 100 });
  expect(answer.error).toBeUndefined();
  for (const id of [...hidden.values()].flat()) expect(JSON.stringify(answer)).not.toContain(id);
});
