import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();

test("a configuration is replaced as a whole, and counts its versions", async () => {
  const { tenantConfigs } = callerFor(services, await makeWorld(admin));
  const first = await tenantConfigs.current();
  expect(first).toMatchObject({ config: {}, templateKey: null, templateVersion: null, version: 1 });
  const config = {
    branding: { accentColor: "#1a2b3c", logoUrl: "https://example.com/logo.svg" },
    locale: "en-GB",
    features: { kyc: true },
    compliance: { frameworks: ["GDPR"], retentionDays: 365 },
  };
  expect(await tenantConfigs.update({ version: 1, config })).toMatchObject({ id: first.id, config, version: 2 });
  await tenantConfigs.update({ version: 2, config: { locale: "sv" } });
  expect(await tenantConfigs.current()).toMatchObject({ config: { locale: "sv" }, version: 3 });
});

test("a stale version is a conflict, and what was stored stays", async () => {
  const world = await makeWorld(admin);
  const { tenantConfigs } = callerFor(services, world);
  await tenantConfigs.update({ version: 1, config: { locale: "sv" } });
  const { error } = await ask(services, world, "tenantConfigs.update", { version: 1, config: { locale: "de" } });
  expect(error?.data).toMatchObject({ code: "CONFLICT", httpStatus: 409, reason: "tenantConfigs/stale-version" });
  expect(await tenantConfigs.current()).toMatchObject({ config: { locale: "sv" }, version: 2 });
});

const manyFeatures = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`f${at}`, true]));

test.each([
  ["an unknown key", { colour: "red" }, "config", "colour"],
  ["an unknown key further in", { branding: { accentColour: "#000000" } }, "config.branding", "accentColour"],
  ["a colour by name", { branding: { accentColor: "red" } }, "config.branding.accentColor", "must be a colour"],
  [
    "a logo with half of a character",
    { branding: { logoUrl: "https://a.example/\ud800" } },
    "config.branding.logoUrl",
    "half of a character",
  ],
  ["a logo without TLS", { branding: { logoUrl: "http://example.com/a.png" } }, "config.branding.logoUrl", "URL"],
  ["a language that is none", { locale: "English" }, "config.locale", "language tag"],
  ["a feature that is neither on nor off", { features: { kyc: "yes" } }, "config.features.kyc", "boolean"],
  ["a feature's name with spaces", { features: { "K Y C": true } }, "config.features.K Y C", ""],
  ["no day of retention", { compliance: { frameworks: [], retentionDays: 0 } }, "config.compliance.retentionDays", "1"],
  ["more features than fit", { features: manyFeatures }, "config", "must be at most 65536 bytes of JSON"],
])("%s is refused, and the answer names where and why", async (_, config, field, word) => {
  const world = await makeWorld(admin);
  const { error } = await ask(services, world, "tenantConfigs.update", { version: 1, config });
  expect(error?.data).toMatchObject({ code: "BAD_REQUEST", reason: "input/invalid" });
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
  expect(error?.data.fields?.[field]).toContain(word);
});

test("a tenant without a configuration answers as for a row that never was", async () => {
  const world = await makeWorld(admin);
  await admin.query("delete from app.tenant_configs where tenant_id = $1", [world.tenantId]);
  for (const [path, input] of [
    ["tenantConfigs.current", {}],
    ["tenantConfigs.update", { version: 1, config: {} }],
    ["templates.preview", { key: "blank" }],
  ] as const) {
    const { error } = await ask(services, world, path, input);
    expect([path, error?.data.code, error?.data.reason]).toEqual([path, "NOT_FOUND", "tenantConfigs/not-found"]);
  }
});

test("two administrators who change it at once: one is told", async () => {
  const { tenantConfigs } = callerFor(services, await makeWorld(admin));
  const changes = ["de", "fr"].map((locale) => tenantConfigs.update({ version: 1, config: { locale } }));
  const outcomes = await Promise.allSettled(changes);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});
