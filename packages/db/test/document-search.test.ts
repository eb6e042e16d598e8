import { createHash, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentLengthMax } from "@severalty/domain/document";
import { createNewId, type TeamId, type TenantId, type UserId } from "@severalty/domain/ids";
import type { Json, JsonObject } from "@severalty/domain/json";
import type { UserPrincipal } from "../src/tenancy/principal.ts";
import { enter } from "../src/testing/enter.ts";
import { makeMember, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
});
afterAll(() => database[Symbol.asyncDispose]());

interface Doc {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly metadata: JsonObject;
  readonly teamId: TeamId | null;
  readonly parentId: null;
  readonly userId: UserId;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const newId = createNewId();

/** Every fourth is of the sample that tells common words from rare ones, in place of one in 256. */
const docOf = (userId: UserId, at: number, part: Partial<Doc>): Doc => {
  const id = newId<never>() as string;
  return {
    id: at % 4 === 0 ? `${id.slice(0, -2)}00` : id,
    title: "untitled",
    content: "",
    metadata: {},
    teamId: null,
    parentId: null,
    userId,
    createdAt: new Date(1_800_000_000_000 + ((at * 7) % 50) * 1000),
    updatedAt: new Date(1_800_000_000_000 + ((at * 11) % 60) * 1000),
    ...part,
  };
};

const insert = async (tenantId: TenantId, docs: readonly Doc[]): Promise<void> => {
  const rows = docs.map((doc) => ({
    tenant_id: tenantId,
    id: doc.id,
    title: doc.title,
    content: doc.content,
    metadata: doc.metadata,
    team_id: doc.teamId,
    user_id: doc.userId,
    content_hash: createHash("sha256").update(doc.content).digest("hex"),
    created_at: doc.createdAt,
    updated_at: doc.updatedAt,
    version: 1,
  }));
  await admin.query(
    "insert into app.documents select (jsonb_populate_record(null::app.documents, r)).* from jsonb_array_elements($1) r",
    [JSON.stringify(rows)],
  );
};

type Sort = "id" | "title" | "createdAt" | "updatedAt";
interface Question {
  readonly search: string | null;
  readonly conditions?: object;
  readonly sort?: Sort;
  readonly isDescending?: boolean;
  readonly after?: readonly unknown[] | null;
  readonly most?: number;
}

/** What `severalty_app` is answered, entered as somebody or not at all. */
const ask = async (who: UserPrincipal | undefined, question: Question): Promise<string[]> => {
  const { search, conditions = {}, sort = "id", isDescending = true, after = null, most = 1000 } = question;
  await app.query("begin");
  try {
    if (who !== undefined) await enter(app, who);
    const { rows } = await app.query<{ id: string }>("select app.search_documents($1, $2, $3, $4, $5, $6) as id", [
      search,
      JSON.stringify(conditions),
      sort,
      isDescending,
      after === null ? null : JSON.stringify(after),
      most,
    ]);
    return rows.map(({ id }) => id);
  } finally {
    await app.query("rollback");
  }
};

const separators =
  // oxlint-disable-next-line no-control-regex -- the control characters of ASCII separate words too
  /[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ufffc-\ufffd]+/u;

const wordsOf = (text: string): string[] =>
  text
    .normalize("NFKD")
    .replaceAll(/\u00ad|[\u{300}-\u{36f}]/gu, "")
    .toLowerCase()
    .split(separators)
    .filter((word) => word !== "")
    .map((word) => Array.from(word).slice(0, 64).join(""));

const textsOf = (value: Json): string[] => {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap((inner) => textsOf(inner)) : [];
};

/** The same by reading every word of every document. */
const isFound = (doc: Doc, search: string): boolean => {
  const words = [doc.title, doc.content, ...textsOf(doc.metadata)].flatMap(wordsOf);
  const sought = wordsOf(search);
  return sought.length > 0 && sought.every((word) => words.some((other) => other.startsWith(word)));
};

const keyOf = (doc: Doc, sort: Sort): readonly string[] => {
  const value = doc[sort];
  return sort === "id" ? [doc.id] : [value instanceof Date ? value.toISOString() : value, doc.id];
};

const compare = (one: readonly string[], other: readonly string[]): number => {
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? "";
    if (value !== against) return Buffer.compare(Buffer.from(value), Buffer.from(against));
  }
  return 0;
};

const words = [
  "a",
  "ab",
  "abc",
  "Größe",
  "GROSSE",
  "grosse",
  "é",
  "e",
  "naïve",
  "x-y",
  "don't",
  "日本",
  "日本語",
  "👋",
  "100%",
  "ﬁn",
  "common",
];
const phrase = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(" ", ", ", "\n", "“", "/", "_", "\\", "-", "'")), {
    maxLength: 4,
  })
  .map((parts) => parts.flat().join(""));
const body = fc.record({
  title: phrase.map((title) => `t ${title}`),
  content: phrase,
  metadata: fc.record({
    one: phrase,
    list: fc.array(fc.record({ deep: phrase }), { maxLength: 2 }),
    number: fc.integer(),
  }),
  team: fc.constantFrom(0, 0, 1, 2),
});
const anyQuestion = fc.record({
  search: fc.oneof(
    phrase,
    fc.constantFrom(...words),
    fc.constantFrom("t", "%", '"', "a & b | !c", "'a':*", ":*", "()", "\\", "🙂"),
  ),
  sort: fc.constantFrom<Sort>("id", "title", "createdAt", "updatedAt"),
  isDescending: fc.boolean(),
  most: fc.constantFrom(1, 2, 20),
});

test("a search finds exactly what reading every word of what the caller sees finds, in order, page after page, whatever other tenants and teams have", async () => {
  const assertion = fc.asyncProperty(
    fc.array(body, { minLength: 70, maxLength: 150 }),
    fc.array(body, { maxLength: 30 }),
    fc.array(anyQuestion, { minLength: 12, maxLength: 12 }),
    async (ours, theirs, questions) => {
      const [us, them] = [await makeTenant(admin), await makeTenant(admin)];
      await admin.query("delete from app.documents where tenant_id = any ($1)", [[us.tenantId, them.tenantId]]);
      const teams = await makeTeams(us);
      const teamOf = (team: number) => (team === 0 ? null : (teams[team - 1] ?? null));
      const docs = ours.map(({ team, ...part }, at) => docOf(us.userId, at, { ...part, teamId: teamOf(team) }));
      await insert(us.tenantId, docs);
      const member = await makeMember(admin, us.tenantId, { role: "team_member", teamId: teamOf(1) });
      const everyAnswer = async () => {
        const answers: string[][] = [];
        for (const [at, { search, sort, isDescending, most }] of questions.entries()) {
          const who = at % 2 === 0 ? us : member;
          const seen = docs.filter(({ teamId }) => who === us || teamId === null || teamId === teams[0]);
          const expected = seen.filter((doc) => isFound(doc, search));
          expected.sort((one, other) => compare(keyOf(one, sort), keyOf(other, sort)) * (isDescending ? -1 : 1));
          const pages: string[] = [];
          for (let after: readonly string[] | null = null; ;) {
            const page = await ask(who, { search, sort, isDescending, after, most });
            pages.push(...page);
            const last = docs.find(({ id }) => id === page.at(-1));
            if (last === undefined || page.length < most) break;
            after = keyOf(last, sort);
          }
          const asked = { search, sort, isDescending, most };
          expect({ ...asked, pages }).toEqual({ ...asked, pages: expected.map(({ id }) => id) });
          answers.push(pages);
        }
        return answers;
      };
      const before = await everyAnswer();
      await insert(
        them.tenantId,
        theirs.map(({ title, content, metadata }, at) => docOf(them.userId, at, { title, content, metadata })),
      );
      expect(await everyAnswer()).toEqual(before);
    },
  );
  await fc.assert(assertion, { seed: 7, numRuns: process.env["CI"] === undefined ? 4 : 15, endOnFailure: true });
}, 120_000);

const makeTeams = async ({ tenantId }: MadeTenant): Promise<TeamId[]> => {
  const ids = [newId<TeamId>(), newId<TeamId>()];
  for (const [at, id] of ids.entries())
    await admin.query(
      "insert into app.teams (tenant_id, id, name, created_at, updated_at) values ($1, $2, $3, now(), now())",
      [tenantId, id, `Team ${at}`],
    );
  return ids;
};

test("nobody is answered who has entered no tenant, nor with a context of his own making", async () => {
  const us = await makeTenant(admin, { title: "Findable" });
  expect(await ask(us, { search: "findable" })).toEqual([us.documentId]);
  expect(await ask(undefined, { search: "findable" })).toEqual([]);
  await app.query("begin");
  await app.query("select set_config('app.context', $1, true)", [
    `${us.tenantId}|${us.userId}|${us.sessionId}|agency_admin||r|a|${"0".repeat(64)}`,
  ]);
  const { rows } = await app.query("select app.search_documents('findable', '{}', 'id', true, null, 10)");
  await app.query("rollback");
  expect(rows).toEqual([]);
});

/** Makes functions anew with parts of their texts replaced, and the index with what they answer. */
const weaken = async (client: Client, functions: readonly string[], parts: readonly (readonly [string, string])[]) => {
  for (const name of functions) {
    const { rows } = await client.query<{ text: string }>("select pg_get_functiondef($1::regproc) as text", [name]);
    const before = rows[0]?.text ?? "";
    const after = parts.reduce((text, [from, to]) => text.replaceAll(from, to), before);
    expect(after).not.toBe(before);
    await client.query(after);
  }
  await client.query("reindex index app.documents_words_index");
};

test.each([
  [
    "where the words of all tenants are the same keys",
    ["app.document_words", "app.search_documents"],
    [["left(encode(uuid_send(tenant), 'base64'), 22)", "'all'"]],
  ],
  [
    "where no condition names the tenant",
    ["app.search_documents"],
    [
      ["d.tenant_id is not distinct from $1 and", ""],
      ["d.tenant_id = $1 and", ""],
    ],
  ],
] as const)("one tenant finds nothing of another's even %s", async (_, functions, parts) => {
  await using weakened = await TestDatabase.create();
  const client = await weakened.client();
  await weaken(client, functions, parts);
  const [us, them] = [await makeTenant(client, { title: "same" }), await makeTenant(client, { title: "same" })];
  const session = await weakened.client("severalty_app");
  for (const who of [us, them]) {
    await session.query("begin");
    await enter(session, who);
    const { rows } = await session.query("select app.search_documents('same', '{}', 'id', true, null, 10) as id");
    await session.query("commit");
    expect(rows).toEqual([{ id: who.documentId }]);
  }
});

test("a text without a word finds nothing, and none is a syntax error", async () => {
  const us = await makeTenant(admin, { title: "one ' two : three & four" });
  for (const search of [null, "", " ", "'", "''", '"', ":*", "&", "| !", "()", "\\", "<->", "%", "_", "-"])
    expect([search, await ask(us, { search })]).toEqual([search, []]);
  for (const search of ["two'", "'two':*", "two & three", "!two", "(two", "two <-> four", 'two "three', "one\\"])
    expect([search, await ask(us, { search })]).toEqual([search, [us.documentId]]);
});

test("an order, a number of ids or a value that is none is refused, in words that tell of no row", async () => {
  const us = await makeTenant(admin);
  const refused = async (change: object) =>
    expect(await ask(us, { search: "title", ...change }).catch(errorWord)).toMatch(/^22/);
  await refused({ sort: "content" });
  await refused({ sort: "d.id" });
  await refused({ most: 0 });
  await refused({ most: 1001 });
  await refused({ after: ["no id"] });
  await refused({ conditions: { userId: "nobody" } });
});

/** Words of two characters that nobody has twice. */
const unique = (from: number, length: number) => {
  let made = "";
  for (let at = 0; made.length < length; at++)
    made += `${String.fromCodePoint(from + (at % 4000))}${String.fromCodePoint(from + Math.floor(at / 4000))} `;
  return made.slice(0, length);
};

const oneLetter = (length: number) =>
  Array.from({ length: length / 2 }, (_, at) => String.fromCodePoint(0x20000 + (at % 42_000))).join(" ");

describe("no document is too large for the index", () => {
  test.each([
    [
      "of random words",
      randomBytes(contentLengthMax).toString("base64").replaceAll(/[+/]/g, " ").slice(0, contentLengthMax),
    ],
    ["of words of two letters of three bytes", unique(0x4e00, contentLengthMax)],
    ["of words of two letters of four bytes", unique(0x20000, contentLengthMax)],
    ["of words of one letter of four bytes", oneLetter(contentLengthMax)],
    ["of one word", "w".repeat(contentLengthMax)],
    ["of one word of four bytes a letter", "𠀀".repeat(contentLengthMax / 2)],
    ["of ligatures that come apart into eighteen letters", "ﷺ ".repeat(contentLengthMax / 2)],
    ["of words of 2,500 letters", `${"x".repeat(2500)} ${"ü".repeat(2500)} end`],
    ["of quotes and operators", `'"\\:*&|!()<->`.repeat(60_000)],
    ["of nothing", ""],
  ])("content %s", async (_, content) => {
    const us = await makeTenant(admin);
    const big = "m".repeat(60_000);
    const doc = docOf(us.userId, 0, {
      title: `Findable ${"t".repeat(200)}`,
      content,
      metadata: { big, n: { last: "word" } },
    });
    await insert(us.tenantId, [doc]);
    expect(await ask(us, { search: "findable" })).toEqual([doc.id]);
  });

  test("of the content, the first 50,000 characters are found, and of a word the first 64", async () => {
    const us = await makeTenant(admin);
    const content = `${"x".repeat(70)}y ${"early ".repeat(8_000)}${"filler ".repeat(2_000)}late`;
    const doc = docOf(us.userId, 1, { content });
    await insert(us.tenantId, [doc]);
    expect(await ask(us, { search: "early filler" })).toEqual([doc.id]);
    expect(await ask(us, { search: "late" })).toEqual([]);
    expect(await ask(us, { search: `${"x".repeat(64)}z` })).toEqual([doc.id]);
  });
});

test("conditions narrow a search as they narrow a list", async () => {
  const us = await makeTenant(admin, { title: "word" });
  const colleague = await makeMember(admin, us.tenantId);
  const his = docOf(colleague.userId, 3, { title: "word", createdAt: new Date("2020-01-01T00:00:00Z") });
  await insert(us.tenantId, [his]);
  const found = (conditions: object) => ask(us, { search: "word", conditions });
  expect((await found({})).toSorted()).toEqual([us.documentId, his.id].toSorted());
  expect(await found({ userId: colleague.userId })).toEqual([his.id]);
  expect(await found({ parentId: us.documentId })).toEqual([]);
  expect(await found({ parentId: null, teamId: null, createdBefore: "2021-01-01T00:00:00Z" })).toEqual([his.id]);
  expect(await found({ createdFrom: "2021-01-01T00:00:00Z" })).toEqual([us.documentId]);
});

/** Each separator, the blank among them, becomes a blank, and several one. */
const definition = String.raw`btrim(regexp_replace(left(regexp_replace(lower(regexp_replace(normalize(left(x, 64000), NFKD), '[\u00ad\u0300-\u036f]+', '', 'g')),
  '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\ufffc-\ufffd]+', ' ', 'g'),
  64000), '([^ ]{64})[^ ]+', '\1', 'g'))`;

test("the words of a text are what its definition says, wherever blanks and other separators meet, and where it is cut", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      " ",
      "  ",
      ", ",
      ". ",
      "\n",
      "\t",
      " - ",
      "a",
      "Word",
      "Ärger",
      "\u00ad",
      "e\u0301",
      "ﷺ",
      "ﬁ",
      "日本",
      "…",
      "\u3000",
      "👍🏽",
      "x".repeat(70),
    ),
    fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) => text.isWellFormed() && !text.includes("\0")),
  );
  const long = fc.tuple(fc.constantFrom("ﷺ ,", "a, ", "ab  ", "ﬁ\n\n"), fc.integer({ min: 8_000, max: 33_000 }));
  const text = fc.oneof(
    { weight: 50, arbitrary: fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")) },
    { weight: 1, arbitrary: long.map(([part, times]) => part.repeat(times)) },
  );
  const texts = fc.sample(text, { numRuns: 1500, seed: 1 });
  const { rows } = await admin.query<{ x: string }>(
    `select x from jsonb_array_elements_text($1) x where app.words_of(x) is distinct from ${definition}`,
    [JSON.stringify(texts)],
  );
  expect(rows.map(({ x }) => x.slice(0, 200))).toEqual([]);
});

test("a document's keys are its words behind its tenant, of one document in 256 again behind a star, and of that the star alone", async () => {
  const tenant = "0197742f-dc00-7001-8000-00000000abcd";
  const tag = Buffer.from(tenant.replaceAll("-", ""), "hex").toString("base64").slice(0, 22);
  const keysOf = async (last: string, title: string) => {
    const { rows } = await admin.query<{ keys: string[] }>(
      `select tsvector_to_array(app.document_words($1, $2, $3, 'The end, the END', '{"a": ["Two  words"], "b": 3}')) as keys`,
      [tenant, `0197742f-dc00-7001-8000-0000000000${last}`, title],
    );
    return rows[0]?.keys.toSorted();
  };
  const found = ["title", "two", "words", "the", "end"];
  const plain = found.map((word) => tag + word);
  const starred = ["", ...found].map((word) => `*${tag}${word}`);
  expect(await keysOf("01", "Title")).toEqual(plain.toSorted());
  expect(await keysOf("00", "Title")).toEqual([...plain, ...starred].toSorted());
});
