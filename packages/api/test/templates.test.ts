import { randomBytes } from "node:crypto";
import { agency } from "@severalty/db/templates/agency";
import { fintech } from "@severalty/db/templates/fintech";
import { storeTemplates } from "@severalty/db/templates/store-templates";
import { makeMember } from "@severalty/db/testing/make-tenant";
import { compileTemplate } from "@severalty/domain/template-source";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

/** Signed in as the administrator of a tenant made from a template. */
const registerFrom = async (templateKey: string) => {
  const tag = randomBytes(6).toString("hex");
  const { accessToken } = await callerFor(services, undefined).auth.register({
    tenantName: "Northwind",
    tenantSlug: `northwind-${tag}`,
    name: "Nora Lindgren",
    email: `nora-${tag}@example.com`,
    password: "correct horse battery",
    templateKey,
  });
  return callerFor(services, `Bearer ${accessToken}`);
};

const keysOf = ({ items }: { items: readonly { key: string }[] }) => items.map(({ key }) => key);

test("templates are listed by key, in pages, and found by their words, as other lists are", async () => {
  const { templates } = callerFor(services, await makeWorld(admin));
  const all = await templates.list();
  expect([keysOf(all), all.nextCursor]).toEqual([["agency", "blank", "fintech"], null]);
  const first = await templates.list({ limit: 2 });
  expect(keysOf(await templates.list({ limit: 2, cursor: first.nextCursor }))).toEqual(["fintech"]);
  expect(keysOf(await templates.list({ search: "MONEY" }))).toEqual(["fintech"]);
  expect(keysOf(await templates.list({ sort: "-name" }))).toEqual(["fintech", "blank", "agency"]);
});

test("B6: a member reads which templates there are, and what fintech says", async () => {
  const { tenantId } = await makeWorld(admin);
  const { templates } = callerFor(services, await makeMember(admin, tenantId, { role: "team_member" }));
  const { items, nextCursor } = await templates.list();
  expect(items.map(({ key }) => key)).toEqual(["agency", "blank", "fintech"]);
  expect(items.every((item) => !("definition" in item))).toBe(true);
  expect(nextCursor).toBeNull();
  const { key, version, name, definition } = compileTemplate(fintech);
  expect(await templates.byKey({ key: "fintech" })).toMatchObject({ key, version, name, definition });
});

test.each([
  ["templates.preview", "read"],
  ["templates.adopt", "write"],
] as const)("%s needs of an API key that it may %s each noun that a template holds", async (path, kind) => {
  const input = { key: "agency", ...(kind === "write" ? { version: agency.version } : {}) };
  const nouns = ["agentRoles", "cookbooks", "recipes"] as const;
  for (const lacking of nouns) {
    const world = await makeWorld(admin);
    const held = nouns.filter((noun) => noun !== lacking).map((noun) => `${noun}.${kind}` as const);
    const { id, apiKey } = await makeApiKey(admin, world, ["tenantConfigs.write", ...held]);
    const { error } = await ask(services, undefined, path, input, { apiKey });
    expect(error).toMatchObject({
      message: `the API key lacks ${lacking}.${kind}`,
      data: { reason: "auth/forbidden" },
    });
    const { rows } = await admin.query(
      "select outcome from app.audit_logs where user_id = $1 and action <> 'apiKeys.use'",
      [id],
    );
    expect(rows).toEqual([{ outcome: "denied" }]);
  }
});

test("a key that no template has is not found", async () => {
  const world = await makeWorld(admin);
  for (const path of ["templates.byKey", "templates.preview"]) {
    const { error } = await ask(services, world, path, { key: "no-such-template" });
    expect([path, error?.data.code, error?.data.reason]).toEqual([path, "NOT_FOUND", "templates/not-found"]);
  }
});

test("B6: a tenant registered from fintech follows it, with nothing to adopt", async () => {
  const { templates, tenantConfigs } = await registerFrom("fintech");
  expect(await tenantConfigs.current()).toMatchObject({
    templateKey: "fintech",
    templateVersion: fintech.version,
    config: fintech.config,
    version: 1,
  });
  const { changes, ...preview } = await templates.preview();
  const { version } = fintech;
  expect(preview).toEqual({ key: "fintech", version, applied: { key: "fintech", version } });
  expect(new Set(changes.map(({ state }) => state))).toEqual(new Set(["unchanged"]));
  expect(await templates.adopt({ version })).toEqual({ key: "fintech", version, applied: [], skipped: [] });
});

test("an administrator sees what a new version brings and adopts it; his own changes stay, and are named", async () => {
  const key = `trial-${randomBytes(6).toString("hex")}`;
  const version = (number: number, text: string) => ({
    ...fintech,
    key,
    version: number,
    config: { locale: text, features: { kyc: true } },
  });
  await storeTemplates(admin, [version(1, "en")]);
  const { templates, tenantConfigs, auditLogs } = await registerFrom(key);
  await storeTemplates(admin, [{ ...version(2, "sv"), config: { locale: "sv" } }]);
  const { changes } = await templates.preview();
  expect(changes.filter(({ state }) => state !== "unchanged")).toEqual([
    { kind: "config", name: "locale", cookbook: null, state: "changed", isNew: true, before: "en", after: "sv" },
    {
      kind: "config",
      name: "features",
      cookbook: null,
      state: "removed",
      isNew: true,
      before: { kyc: true },
      after: null,
    },
  ]);
  await tenantConfigs.update({ version: 1, config: { locale: "de", features: { kyc: true } } });
  expect(await templates.adopt({ version: 2 })).toEqual({
    key,
    version: 2,
    applied: [{ kind: "config", name: "features", cookbook: null, state: "removed" }],
    skipped: [{ kind: "config", name: "locale", cookbook: null, state: "locallyChanged", reason: "locallyChanged" }],
  });
  expect(await tenantConfigs.current()).toMatchObject({ config: { locale: "de" }, templateVersion: 2, version: 3 });
  const { items } = await auditLogs.list({ action: "templates.adopt" });
  expect(items.map(({ resourceType }) => resourceType)).toEqual(["tenantConfigs"]);
});

test("a version that moved since the preview is a conflict", async () => {
  const world = await makeWorld(admin);
  const { error } = await ask(services, world, "templates.adopt", { key: "fintech", version: fintech.version + 1 });
  expect(error).toMatchObject({
    message: `the newest version of the template fintech is ${fintech.version}, not ${fintech.version + 1}: preview it again, then repeat`,
    data: { code: "CONFLICT", httpStatus: 409, reason: "templates/version-moved" },
  });
});
