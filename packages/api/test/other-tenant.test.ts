import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { bytesOf, createSharedWorlds, makeNowhere, makeWorld, type World } from "./world.ts";

const { database, services, admin } = await openTestApi();
const ownWorld = createSharedWorlds(admin);
const otherWorld = createSharedWorlds(admin, { password: "another password" });

const isQuery = (path: string) => proceduresByPath[path]?._def.type === "query";

/** As a superuser, whom no policy holds: what stays hidden, the ORM's filter and the composite keys hide alone. */
const withoutPolicies = { ...services, app: await database.orm("severalty_app", { url: database.adminUrl }) };

/** Whose rows are the same for every tenant. */
const sharedLists = new Set(["templates.list"]);

const places = Object.entries(cases).flatMap(([path, { kind, noun, input, foreign = {} }]) =>
  Object.entries(foreign).map(([field, pointInto]) => ({ path, field, kind, noun, input, pointInto })),
);

describe.each(places)("$path with another tenant's $field", ({ path, kind, noun, input, pointInto }) => {
  const whoIs = (world: World) => (kind === "public" ? undefined : world);

  test("answers as for one that never was, with and without row-level security, and the other's rows stay byte for byte", async () => {
    const [own, other] = [await ownWorld(noun), await otherWorld(noun)];
    const askAbout = (whose: World, asked = services) =>
      ask(asked, whoIs(own), path, { ...input?.(own), ...pointInto(whose) });
    const before = await bytesOf(admin, other);
    const answers = { withPolicies: await askAbout(other), withoutPolicies: await askAbout(other, withoutPolicies) };
    expect(await bytesOf(admin, other)).toEqual(before);
    const never = await askAbout(makeNowhere({ noun }));
    expect(answers).toEqual({ withPolicies: never, withoutPolicies: never });
  });

  test("holds nothing of the other tenant, while the other tenant itself is answered", async () => {
    const own = await ownWorld(noun);
    const other = await (isQuery(path) ? otherWorld(noun) : makeWorld(admin, { noun, password: "another password" }));
    const asked = await ask(services, whoIs(own), path, { ...input?.(own), ...pointInto(other) });
    const theirs = await ask(services, whoIs(other), path, { ...input?.(other), ...pointInto(other) });
    expect(theirs).toEqual({ data: expect.anything() as unknown });
    expect(isDeepStrictEqual(asked, theirs)).toBe(sharedLists.has(path));
    const ids = Object.keys(other.row).filter((name) => name === "id" || name.endsWith("Id"));
    const { tenantId, userId, documentId, leafId, email, slug } = other;
    for (const secret of [tenantId, userId, documentId, leafId, email, slug, ...ids.map((name) => other.row[name])])
      expect(JSON.stringify(asked)).not.toContain(secret);
  });
});
