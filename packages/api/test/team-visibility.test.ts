import { makeMember } from "@severalty/db/testing/make-tenant";
import { createNewId, type TeamId } from "@severalty/domain/ids";
import { beforeAll, describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

type Member = Awaited<ReturnType<typeof makeMember>>;

/** One tenant with two teams: `own` has a row of each kind that may belong to a team, which nothing here changes. */
let world: World;
let own: Member;
let other: Member;
let teamless: Member;
let rows: Readonly<Record<"documents" | "tasks" | "agentInstances", string>>;

beforeAll(async () => {
  world = await makeWorld(admin);
  const { tenantId, teamId, emptyTeamId } = world;
  own = await makeMember(admin, tenantId, { role: "team_member", teamId });
  other = await makeMember(admin, tenantId, { role: "team_member", teamId: emptyTeamId });
  teamless = await makeMember(admin, tenantId, { role: "team_member" });
  const caller = callerFor(services, own);
  const made = await caller.documents.create({ title: "of the team", teamId });
  const queued = await caller.tasks.create({ kind: "of the team", teamId });
  rows = { documents: made.id, tasks: queued.id, agentInstances: world.agentInstanceId };
});

/** Answers alike but for the words that tests put into their input. */
const sameAsNever = async (who: Member, path: string, input: object, never: object) => {
  const asked = await ask(services, who, path, input);
  expect(asked.error?.data).toMatchObject({ code: "NOT_FOUND", httpStatus: 404 });
  expect(asked).toEqual(await ask(services, who, path, never));
};

const nouns = ["documents", "tasks", "agentInstances"] as const;

describe.each(nouns)("E7: %s of a team", (noun) => {
  const isListed = async (who: Member | World, filter: object = {}) => {
    const { data } = await ask(services, who, `${noun}.list`, { limit: 100, ...filter });
    return (data as { items: { id: string }[] }).items.some(({ id }) => id === rows[noun]);
  };

  test("are seen by its members and by administrators", async () => {
    for (const who of [own, world]) {
      expect((await ask(services, who, `${noun}.byId`, { id: rows[noun] })).data).toMatchObject({ id: rows[noun] });
      expect(await isListed(who)).toBe(true);
      expect(await isListed(who, { teamId: world.teamId })).toBe(true);
    }
  });

  test("are not seen by members of another team nor of none: as though they had never been", async () => {
    for (const who of [other, teamless]) {
      await sameAsNever(who, `${noun}.byId`, { id: rows[noun] }, { id: newId() });
      expect(await isListed(who)).toBe(false);
      expect(await ask(services, who, `${noun}.list`, { teamId: world.teamId })).toEqual(
        await ask(services, who, `${noun}.list`, { teamId: newId() }),
      );
    }
  });
});

test.each([
  ["documents.update", { title: "taken" }],
  ["documents.remove", {}],
  ["tasks.update", { priority: 9 }],
  ["tasks.cancel", {}],
  ["tasks.remove", {}],
] as const)(
  "E7: %s changes no row of a team that the caller does not see, even with its true version",
  async (path, changes) => {
    const id = path.startsWith("tasks") ? rows.tasks : rows.documents;
    for (const who of [other, teamless]) {
      await sameAsNever(who, path, { id, version: 1, ...changes }, { id: newId(), version: 1, ...changes });
      await sameAsNever(who, path, { id, version: 7, ...changes }, { id: newId(), version: 7, ...changes });
    }
    const { rows: found } = await admin.query(
      "select version from app.documents where id = $1 union all select version from app.task_queue where id = $1",
      [id],
    );
    expect(found).toEqual([{ version: 1 }]);
  },
);

describe.each([
  ["documents", { title: "made" }],
  ["tasks", { kind: "made" }],
] as const)("E7: a member who makes or changes %s", (noun, content) => {
  test("may name the own team or none, and no other", async () => {
    const made = await ask(services, own, `${noun}.create`, { ...content, teamId: world.teamId });
    expect(made.data).toMatchObject({ teamId: world.teamId });
    expect((await ask(services, own, `${noun}.create`, { ...content, teamId: null })).data).toMatchObject({
      teamId: null,
    });
    expect((await ask(services, teamless, `${noun}.create`, content)).data).toMatchObject({ teamId: null });
    const create = (teamId: TeamId) => ({ ...content, teamId });
    await sameAsNever(own, `${noun}.create`, create(world.emptyTeamId), create(newId()));
    await sameAsNever(teamless, `${noun}.create`, create(world.teamId), create(newId()));
    const { id } = made.data as { id: string };
    const update = (teamId: TeamId) => ({ id, version: 1, teamId });
    await sameAsNever(own, `${noun}.update`, update(world.emptyTeamId), update(newId()));
    const shared = await ask(services, own, `${noun}.update`, { id, version: 1, teamId: null });
    expect(shared.data).toMatchObject({ teamId: null, version: 2 });
  });

  test("does what an administrator may do with every team", async () => {
    const { data } = await ask(services, world, `${noun}.create`, { ...content, teamId: world.emptyTeamId });
    const { id } = data as { id: string };
    const moved = await ask(services, world, `${noun}.update`, { id, version: 1, teamId: world.teamId });
    expect(moved.data).toMatchObject({ teamId: world.teamId });
    const { error } = await ask(services, world, `${noun}.update`, { id, version: 2, teamId: newId() });
    expect(error?.data.reason).toBe(`${noun}/reference-not-found`);
  });
});

const task = (agentInstanceId: string) => ({ kind: "made", agentInstanceId, teamId: null });
const document = (parentId: string) => ({ title: "made", parentId });

test("E7: a member links to no row of another team, neither an agent nor a document", async () => {
  for (const who of [other, teamless]) {
    await sameAsNever(who, "tasks.create", task(rows.agentInstances), task(newId()));
    await sameAsNever(who, "documents.create", document(rows.documents), document(newId()));
  }
  for (const who of [own, world]) {
    expect((await ask(services, who, "tasks.create", task(rows.agentInstances))).error).toBeUndefined();
    expect((await ask(services, who, "documents.create", document(rows.documents))).error).toBeUndefined();
  }
});

test("E7: a search answers members of another team, page after page, as though documents that they do not see had never been", async () => {
  const seen = await callerFor(services, world).documents.create({ title: "sought by all", teamId: null });
  const answers = async () =>
    Promise.all(
      [other, teamless].flatMap((who) =>
        [1, 2, 20].map((limit) => ask(services, who, "documents.list", { search: "sought", limit })),
      ),
    );
  const before = await answers();
  expect(before[0]?.data).toMatchObject({ items: [{ id: seen.id }], nextCursor: null });
  for (const title of ["sought once", "sought twice"])
    await callerFor(services, own).documents.create({ title, teamId: world.teamId });
  expect(await answers()).toEqual(before);
  const { items } = await callerFor(services, own).documents.list({ search: "sought" });
  expect(items.map(({ title }) => title)).toEqual(["sought twice", "sought once", "sought by all"]);
});

test("E7: what belongs to no team is everybody's in the tenant, to read and to change", async () => {
  for (const who of [own, other, teamless]) {
    const { documents } = callerFor(services, who);
    const { version } = await documents.byId({ id: world.documentId });
    expect(await documents.update({ id: world.documentId, version, title: "shared" })).toMatchObject({
      title: "shared",
    });
  }
});

test("E7: a member who changes teams sees with his next call, under the same token, what the new one sees", async () => {
  const mover = await makeMember(admin, world.tenantId, { role: "team_member", teamId: world.emptyTeamId });
  const { tasks } = callerFor(services, mover);
  await sameAsNever(mover, "tasks.byId", { id: rows.tasks }, { id: newId() });
  const { users } = callerFor(services, world);
  await users.update({ id: mover.userId, version: 1, teamId: world.teamId });
  expect(await tasks.byId({ id: rows.tasks })).toMatchObject({ id: rows.tasks });
  await users.update({ id: mover.userId, version: 2, teamId: null });
  await sameAsNever(mover, "tasks.byId", { id: rows.tasks }, { id: newId() });
  await users.update({ id: mover.userId, version: 3, role: "agency_admin" });
  const promoted = { ...mover, role: "agency_admin" as const };
  expect(await callerFor(services, promoted).tasks.byId({ id: rows.tasks })).toMatchObject({ id: rows.tasks });
});

test("E7: a row that moves to another team is gone for the one it leaves, and there for the one it joins", async () => {
  const { documents } = callerFor(services, own);
  const { id } = await documents.create({ title: "on its way", teamId: world.teamId });
  await callerFor(services, world).documents.update({ id, version: 1, teamId: world.emptyTeamId });
  await sameAsNever(own, "documents.byId", { id }, { id: newId() });
  expect(await callerFor(services, other).documents.byId({ id })).toMatchObject({ id });
});
