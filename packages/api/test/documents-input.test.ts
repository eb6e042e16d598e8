import { makeTenant } from "@severalty/db/testing/make-tenant";
import { contentLengthMax } from "@severalty/domain/document";
import { jsonBytesMax, jsonDepthMax } from "@severalty/domain/json";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const tenant = await makeTenant(admin);

const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
const id = tenant.documentId;

/** Procedure, input, the field that breaks a rule, and the rule's words with what was seen. */
const refused: readonly (readonly [string, unknown, string, string])[] = [
  ["documents.create", {}, "title", "got nothing"],
  ["documents.create", { title: "" }, "title", 'got "" (0 characters)'],
  ["documents.create", { title: "   " }, "title", "expected string to have >=1 characters"],
  ["documents.create", { title: "t".repeat(301) }, "title", `got "${"t".repeat(40)}" (301 characters)`],
  ["documents.create", { title: 7 }, "title", "got 7"],
  ["documents.create", { title: "a\0b" }, "title", "must not contain the NUL character (U+0000)"],
  ["documents.create", { title: "a\ud800b" }, "title", "a lone surrogate was seen"],
  ["documents.create", { title: "x", content: "a\0b" }, "content", "must not contain the NUL character (U+0000)"],
  ["documents.create", { title: "x", content: "\udc00" }, "content", "a lone surrogate was seen"],
  ["documents.create", { title: "x", content: "c".repeat(contentLengthMax + 1) }, "content", "(900001 characters)"],
  ["documents.create", { title: "x", content: null }, "content", "got null"],
  ["documents.create", { title: "x", metadata: [] }, "metadata", "got an array of 0"],
  ["documents.create", { title: "x", metadata: "{}" }, "metadata", 'got "{}" (2 characters)'],
  ["documents.create", { title: "x", metadata: { a: "a\0b" } }, "metadata", "NUL character"],
  ["documents.create", { title: "x", metadata: { "a\0b": 1 } }, "metadata", "NUL character"],
  ["documents.create", { title: "x", metadata: { a: ["\ud800"] } }, "metadata", "lone surrogate"],
  ["documents.create", { title: "x", metadata: nested(jsonDepthMax + 1) }, "metadata", "at most 16 levels"],
  ["documents.create", { title: "x", metadata: { a: "x".repeat(jsonBytesMax) } }, "metadata", "at most 65536 bytes"],
  ["documents.create", { title: "x", parentId: "7" }, "parentId", 'got "7" (1 character)'],
  ["documents.create", { title: "x", tenantId: tenant.tenantId }, "input", "tenantId"],
  ["documents.create", { title: "x", userId: tenant.userId }, "input", "userId"],
  ["documents.byId", { id: "not-a-uuid" }, "id", 'got "not-a-uuid" (10 characters)'],
  ["documents.byId", { id: `${id}'` }, "id", "Invalid UUID"],
  ["documents.byId", {}, "id", "got nothing"],
  ["documents.byId", undefined, "input", "got nothing"],
  ["documents.update", { id, title: "x" }, "version", "got nothing"],
  ["documents.update", { id, version: 0, title: "x" }, "version", "got 0"],
  ["documents.update", { id, version: 1.5, title: "x" }, "version", "got 1.5"],
  ["documents.update", { id, version: "1", title: "x" }, "version", 'got "1"'],
  ["documents.update", { id, version: 1 }, "input", "must change at least one of title, content, metadata and teamId"],
  ["documents.update", { id, version: 1, title: "x", contentHash: "0".repeat(64) }, "input", "contentHash"],
  ["documents.remove", { id: [id] }, "id", "got an array of 1"],
  ["documents.list", { limit: 0 }, "limit", "got 0"],
  ["documents.list", { limit: 101 }, "limit", "got 101"],
  ["documents.list", { limit: "5" }, "limit", 'got "5"'],
  ["documents.list", { search: "" }, "search", 'got ""'],
  ["documents.list", { search: "a\0" }, "search", "NUL character"],
  ["documents.list", { search: "\ud800" }, "search", "lone surrogate"],
  ["documents.list", { userId: "me" }, "userId", 'got "me"'],
  ["documents.list", { createdFrom: "yesterday" }, "createdFrom", 'got "yesterday"'],
  ["documents.list", { createdBefore: "2026-01-01T00:00:00" }, "createdBefore", "Invalid ISO datetime"],
  ["documents.list", { cursor: "x".repeat(4001) }, "cursor", "(4001 characters)"],
];

describe("input that breaks a rule is refused with the field, the rule and what was seen", () => {
  test.each(refused)("%s %j", async (path, input, field, words) => {
    const { error } = await ask(services, tenant, path, input);
    expect(error?.data).toMatchObject({ code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid" });
    expect(error?.data.fields?.[field]).toContain(words);
    expect(error?.message).toBe(`${field}: ${error?.data.fields?.[field]}`);
  });
});

test("each broken field has its own message", async () => {
  const { error } = await ask(services, tenant, "documents.create", { title: "", content: 1, parentId: "x" });
  expect(Object.keys(error?.data.fields ?? {})).toEqual(["title", "content", "parentId"]);
});

test("values at the very bounds are accepted", async () => {
  const { documents } = callerFor(services, tenant);
  const title = "👋".repeat(150);
  const content = "€".repeat(contentLengthMax);
  const metadata = { a: "x".repeat(jsonBytesMax - '{"a":""}'.length) };
  expect(await documents.create({ title, content, metadata })).toMatchObject({ title, content, metadata });
  const deepest = nested(jsonDepthMax);
  expect(await documents.create({ title: "x", metadata: deepest as never })).toMatchObject({ metadata: deepest });
});

test.each([
  ["gibberish", "%%%"],
  ["of nothing", ""],
  ["of another shape", Buffer.from('{"id":1}').toString("base64url")],
  ["of no id", Buffer.from('["1\' or true --"]').toString("base64url")],
  ["of another list", Buffer.from(`["2026-01-01T00:00:00.000Z","${id}"]`).toString("base64url")],
])("a cursor %s is refused", async (_, cursor) => {
  const { error } = await ask(services, tenant, "documents.list", { cursor });
  expect(error).toMatchObject({
    message: "cursor must be one that a list gave",
    data: { code: "BAD_REQUEST", httpStatus: 400, reason: "input/invalid-cursor" },
  });
});
