import { expect, test } from "vitest";
import { referrerOf, toDomainError } from "../src/database-error.ts";
import { nounOf } from "../src/tenancy/noun-of.ts";

/** What pg throws; the server words message and detail in the language of its `lc_messages`. */
const failure = (code: string, message: string, detail: string) =>
  Object.assign(new Error(message), {
    code,
    detail,
    table: "documents",
    constraint: "documents_tenant_id_parent_id_foreign",
  });

const english = failure(
  "23503",
  'update or delete on table "documents" violates foreign key constraint',
  'Key (tenant_id, id)=(1, 2) is still referenced from table "documents".',
);
const german = failure(
  "23503",
  "Aktualisieren oder Löschen in Tabelle »documents« verletzt Fremdschlüssel-Constraint",
  "Auf Schlüssel (tenant_id, id)=(1, 2) wird noch aus Tabelle »documents« verwiesen.",
);

test("a broken foreign key is told by code and table, whatever language the server speaks", () => {
  for (const error of [english, german]) {
    expect(toDomainError(error)).toMatchObject({ kind: "not-found", reason: "documents/reference-not-found" });
    expect(referrerOf(new Error("a removal failed", { cause: error }))).toBe("documents");
  }
});

test("what is no broken foreign key names no referrer", () => {
  expect(referrerOf(failure("23505", "duplicate key", ""))).toBeUndefined();
  expect(referrerOf(new Error("away"))).toBeUndefined();
});

test.each([
  ["recipes", "recipes_tenant_id_cookbook_id_name_key", "name-taken", "that name is taken"],
  [
    "subscriptions",
    "subscriptions_tenant_id_agent_role_id_key",
    "agent-role-id-taken",
    "that agent role has one already",
  ],
  ["users", "users_tenant_id_email_key", "email-taken", "that email is taken"],
  ["ab_test_results", "ab_test_results_tenant_id_ab_test_id_sample_key", "sample-taken", "that sample is taken"],
  ["task_queue", "task_queue_tenant_id_idempotency_key_key", "idempotency-key-taken", "that idempotency key is taken"],
  ["tenants", "tenants_slug_key", "slug-taken", "that slug is taken"],
])("a value of %s that is taken is named by the last column of %s", (table, constraint, rule, message) => {
  const error = Object.assign(new Error("duplicate key"), { code: "23505", table, constraint });
  expect(toDomainError(error)).toMatchObject({ reason: `${nounOf(table)}/${rule}`, message });
});

test("a check over several columns is told as the rule that it holds", () => {
  const table = "subscriptions";
  const error = Object.assign(new Error("check"), { code: "23514", table, constraint: "subscriptions_counts_check" });
  expect(toDomainError(error)).toMatchObject({
    kind: "invalid-input",
    reason: "subscriptions/counts",
    message: "active must be at most allocated, and allocated at most purchased",
  });
});
