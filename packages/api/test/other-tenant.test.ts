import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { cases } from "./cases.ts";
import { bytesOf, makeNowhere, makeWorld } from "./world.ts";

const { database, services, admin } = await openTestApi();

/** As a superuser, whom no policy holds: what stays hidden, the ORM's filter and the composite keys hide alone. */
const withoutPolicies = { ...services, app: await database.orm("severalty_app", { url: database.adminUrl }) };

/** Whose rows are the same for every tenant. */
const sharedLists = new Set(["templates.list"]);

const places = Object.entries(cases).flatMap(([path, { kind, noun, input, foreign = {} }]) =>
  Object.entries(foreign).map(([field, pointInto]) => ({ path, field, kind, noun, input, pointInto })),
);

describe.each(places)("$path with another tenant's $field", ({ path, kind, noun, input, pointInto }) => {
  test("answers exactly as for one that never was, and the other tenant's rows stay byte for byte", async () => {
    const own = await makeWorld(admin, { noun });
    const other = await makeWorld(admin, { noun, password: "another password" });
    const who = kind === "public" ? undefined : own;
    const before = await bytesOf(admin, other);
    const asked = await ask(services, who, path, { ...input?.(own), ...pointInto(other) });
    expect(await bytesOf(admin, other)).toEqual(before);
    expect(asked).toEqual(await ask(services, who, path, { ...input?.(own), ...pointInto(makeNowhere({ noun })) }));
  });

  test("answers the same without row-level security, by the filter and the keys alone", async () => {
    const own = await makeWorld(admin, { noun });
    const other = await makeWorld(admin, { noun, password: "another password" });
    const who = kind === "public" ? undefined : own;
    const before = await bytesOf(admin, other);
    const asked = await ask(withoutPolicies, who, path, { ...input?.(own), ...pointInto(other) });
    expect(await bytesOf(admin, other)).toEqual(before);
    expect(asked).toEqual(await ask(services, who, path, { ...input?.(own), ...pointInto(makeNowhere({ noun })) }));
  });

  test("holds nothing of the other tenant, while the other tenant itself is answered", async () => {
    const own = await makeWorld(admin, { noun });
    const other = await makeWorld(admin, { noun, password: "another password" });
    const asked = await ask(services, kind === "public" ? undefined : own, path, {
      ...input?.(own),
      ...pointInto(other),
    });
    const theirs = await ask(services, kind === "public" ? undefined : other, path, {
      ...input?.(other),
      ...pointInto(other),
    });
    expect(theirs).toEqual({ data: expect.anything() as unknown });
    expect(isDeepStrictEqual(asked, theirs)).toBe(sharedLists.has(path));
    const ids = Object.keys(other.row).filter((name) => name === "id" || name.endsWith("Id"));
    const { tenantId, userId, documentId, leafId, email, slug } = other;
    for (const secret of [tenantId, userId, documentId, leafId, email, slug, ...ids.map((name) => other.row[name])])
      expect(JSON.stringify(asked)).not.toContain(secret);
  });
});

test.each(Object.entries(cases))(
  "%s, called by one tenant, leaves another's rows byte for byte",
  async (path, made) => {
    const own = await makeWorld(admin, { noun: made.noun });
    const other = await makeWorld(admin, { noun: made.noun });
    const before = await bytesOf(admin, other);
    const { error } = await ask(services, made.kind === "public" ? undefined : own, path, made.input?.(own));
    expect(error).toBeUndefined();
    expect(await bytesOf(admin, other)).toEqual(before);
  },
);
