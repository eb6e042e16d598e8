import { actorKinds, auditOutcomes } from "@severalty/domain/audit";
import { contentHash, documentTitle } from "@severalty/domain/document";
import { email } from "@severalty/domain/email";
import { jsonObject } from "@severalty/domain/json";
import { roles } from "@severalty/domain/permission";
import { subscriptionTiers, tenantName, tenantSlug, tenantStatuses } from "@severalty/domain/tenant";
import { storageModes, username, userStatuses } from "@severalty/domain/user";
import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

/** The expression of a CHECK, as PostgreSQL keeps it. */
const checkOf = async (constraint: string): Promise<string> => {
  const { rows } = await admin.query<{ expression: string }>(
    "select pg_get_expr(conbin, conrelid) as expression from pg_constraint where conname = $1 and not coninhcount > 0",
    [constraint],
  );
  const [check] = rows;
  if (check === undefined || rows.length > 1) throw new Error(`${rows.length} constraints are named ${constraint}`);
  return check.expression;
};

/** What the CHECK on one column says of each value. */
const judge = async (constraint: string, column: string, values: readonly string[]): Promise<boolean[]> => {
  const { rows } = await admin.query<{ ok: boolean }>(
    `select (${await checkOf(constraint)}) as ok from unnest($1::text[]) with ordinality v (${column}, at) order by v.at`,
    [values],
  );
  return rows.map(({ ok }) => ok);
};

/** A rule of the domain. */
interface Rule {
  safeParse(value: string): { success: true; data: string } | { success: false };
}

const accepts = (rule: Rule) => (value: string) => rule.safeParse(value).success;
const pieces = fc.string({
  unit: fc.constantFrom("a", "b", "0", "9", "-", "A", "_", ".", "@", " ", "\n", "\t", "é", "🙂", "İ", "ß", "ａ"),
  maxLength: 60,
});
const lengths = fc.string({ unit: fc.constantFrom("a", "é", "🙂"), minLength: 0, maxLength: 320, size: "max" });
const sample = <T>(of: fc.Arbitrary<T>, numRuns = 3000): T[] => fc.sample(of, { numRuns, seed: 1 });

test("D1: the API's rule for a slug and the database's CHECK agree on every text", async () => {
  const slugs = [...sample(pieces), ...sample(fc.stringMatching(/^[a-z0-9-]{1,52}$/)), "abc\n", "\nabc", "ab\ncd"];
  expect(await judge("tenants_slug_check", "slug", slugs)).toEqual(slugs.map(accepts(tenantSlug)));
});

test("names and titles have the same bounds in the API and the database", async () => {
  const texts = sample(lengths).filter((text) => text.trim() === text);
  expect(await judge("tenants_name_check", "name", texts)).toEqual(texts.map(accepts(tenantName)));
  expect(await judge("documents_title_check", "title", texts)).toEqual(texts.map(accepts(documentTitle)));
});

test("an address or username as the API hands it on is in lower case to the database too", async () => {
  const words = [...sample(pieces), ...sample(fc.emailAddress())];
  const handedOn = (rule: Rule) =>
    words.flatMap((word) => {
      const parsed = rule.safeParse(word);
      return parsed.success ? [parsed.data] : [];
    });
  for (const [constraint, column, rule] of [
    ["identities_email_check", "email", email],
    ["users_email_check", "email", email],
    ["users_username_check", "username", username],
  ] as const) {
    const values = handedOn(rule);
    expect(values.length).toBeGreaterThan(50);
    const judged = await judge(constraint, column, values);
    const refused = values.filter((_, at) => !judged[at]);
    expect([constraint, refused]).toEqual([constraint, []]);
  }
});

test("the hash of any content passes the database's CHECK", async () => {
  const hashes = sample(fc.string(), 200).map(contentHash);
  expect(new Set(await judge("documents_content_hash_check", "content_hash", hashes))).toEqual(new Set([true]));
});

test("every list of states in the database is the domain's", async () => {
  const lists: [string, readonly string[]][] = [
    ["users_role_check", roles],
    ["users_status_check", userStatuses],
    ["users_storage_mode_check", storageModes],
    ["tenants_status_check", tenantStatuses],
    ["tenants_subscription_tier_check", subscriptionTiers],
    ["audit_logs_actor_kind_check", actorKinds],
    ["audit_logs_outcome_check", auditOutcomes],
  ];
  for (const [constraint, list] of lists) {
    const words = [...(await checkOf(constraint)).matchAll(/'([^']*)'::text/g)].map(([, word]) => word);
    expect([constraint, new Set(words)]).toEqual([constraint, new Set(list)]);
  }
});

test("every JSON object that the API accepts is stored, and comes back as it went", async () => {
  const objects = sample(
    fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 }),
    500,
  )
    .map((made) => JSON.stringify(made))
    .filter((json) => !json.includes("__proto__") && jsonObject.safeParse(JSON.parse(json)).success);
  expect(objects.length).toBeGreaterThan(100);
  const { rows } = await admin.query<{ stored: unknown }>(
    "select j::jsonb as stored from unnest($1::text[]) with ordinality v (j, at) order by v.at",
    [objects],
  );
  expect(rows.map(({ stored }) => stored)).toEqual(objects.map((json): unknown => JSON.parse(json)));
});
