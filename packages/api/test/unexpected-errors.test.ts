import { makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { ask, type Answer } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { until } from "../src/testing/until.ts";
import type { Services } from "../src/services.ts";

const { database, services, admin } = await openTestApi();

const fixedSentence = (requestId: string) => ({
  error: {
    code: -32603,
    message: "something went wrong on the server: try again, or report the request id",
    data: { code: "INTERNAL_SERVER_ERROR", httpStatus: 500, reason: "server/unexpected", requestId },
  },
});

/** What no answer may show: SQL, names of tables and constraints, stack frames, paths, libraries. */
const internals =
  /select |insert |update .* set|delete from|\$1|_foreign|_check|_key|app\.\w|auth\.\w+s\b|pg_|\bat \S+ \(|\.ts:|node_modules|kysely|mikro/i;

const create = (changes: Partial<Services>, requestId: string, tenant: Awaited<ReturnType<typeof makeTenant>>) =>
  ask({ ...services, ...changes }, tenant, "documents.create", { title: "secret title" }, { requestId });

const outOfIds = () => {
  throw new Error("ids are out at /srv/app/new-id.ts: secret");
};

/** Later than any timestamp that PostgreSQL reads. */
const outOfRange = () => new Date("+020000-01-01T00:00:00Z");

test("a fault of the program answers one fixed sentence and the request's id", async () => {
  const tenant = await makeTenant(admin);
  expect(await create({ newId: outOfIds }, "r-1", tenant)).toEqual(fixedSentence("r-1"));
});

test("a statement that fails for no reason of the caller's answers the same fixed sentence", async () => {
  const tenant = await makeTenant(admin);
  expect(await create({ clock: outOfRange }, "r-2", tenant)).toEqual(fixedSentence("r-2"));
  await admin.query("revoke insert on app.documents from severalty_app");
  expect(await create({}, "r-3", tenant)).toEqual(fixedSentence("r-3"));
  await admin.query("grant insert on app.documents to severalty_app");
  expect((await create({}, "r-4", tenant)).error).toBeUndefined();
});

test("a unique value taken by another tenant is named by its field, never with its value or its holder", async () => {
  const [own, other] = [await makeTenant(admin), await makeTenant(admin)];
  const input = { tenantName: "N", name: "N", password: "correct horse battery" };
  const answers: Answer[] = [
    await ask(services, own, "auth.register", { ...input, tenantSlug: other.slug, email: "new@example.com" }),
    await ask(services, own, "auth.register", { ...input, tenantSlug: "new-tenant", email: other.email }),
  ];
  for (const { error } of answers) {
    expect(error?.data.code).toBe("CONFLICT");
    expect(error?.message).not.toMatch(internals);
    for (const value of [other.slug, other.email, other.tenantId]) expect(JSON.stringify(error)).not.toContain(value);
  }
});

test("no refusal shows SQL, names of the schema, or where in the program it arose", async () => {
  const tenant = await makeTenant(admin);
  const id = tenant.documentId;
  await ask(services, tenant, "documents.create", { title: "child", parentId: id });
  const refusals: Answer[] = [];
  for (const [path, input] of [
    ["documents.remove", { id }],
    ["documents.create", { title: "x", parentId: tenant.tenantId }],
    ["documents.update", { id, version: 9, title: "x" }],
    ["documents.byId", { id: tenant.tenantId }],
    ["documents.byId", { id: "'; drop table app.documents; --" }],
    ["documents.list", { cursor: "x" }],
    ["documents.list", { limit: -1 }],
    ["auth.login", { email: "nobody@example.com", password: "secret" }],
    ["auth.refresh", { refreshToken: "secret" }],
  ] as const)
    refusals.push(await ask(services, tenant, path, input));
  for (const { error } of refusals) {
    expect(error?.data.reason).toMatch(/^[a-zA-Z]+\/[a-z-]+$/);
    expect(Object.keys(error ?? {}).toSorted()).toEqual(["code", "data", "message"]);
    const allowed = ["code", "fields", "httpStatus", "reason", "requestId"];
    expect(allowed).toEqual(expect.arrayContaining(Object.keys(error?.data ?? {})));
    expect(JSON.stringify(error).replaceAll("drop table app.documents", "")).not.toMatch(internals);
  }
});

test("a call whose connection is cut in the middle is run again on another one, and done once", async () => {
  const tenant = await makeTenant(admin);
  const locker = await database.client();
  await locker.query("begin");
  await locker.query("select from app.documents where id = $1 for update", [tenant.documentId]);
  const answer = ask(services, tenant, "documents.update", { id: tenant.documentId, version: 1, title: "once" });
  await until("the call waits for the row, and its connection was cut", async () => {
    const { rowCount } = await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rowCount === 1;
  });
  await locker.query("rollback");
  expect(await answer).toMatchObject({ data: { title: "once", version: 2 } });
});

test("a server that cannot reach its database says that it is unavailable, not why", async () => {
  const tenant = await makeTenant(admin);
  const away = await database.orm("severalty_app", { url: "postgres://severalty_app:secret@127.0.0.1:1/nowhere" });
  expect(await ask({ ...services, app: away }, tenant, "documents.list", undefined, { requestId: "r-5" })).toEqual({
    error: {
      code: -32603,
      message: "the database cannot be reached: try again",
      data: { code: "SERVICE_UNAVAILABLE", httpStatus: 503, reason: "server/database-unavailable", requestId: "r-5" },
    },
  });
});
