import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const { auth } = callerFor(services, undefined, { requestId: "registering" });

const makeInput = () => {
  const tag = randomBytes(6).toString("hex");
  return {
    tenantName: "Northwind",
    tenantSlug: `northwind-${tag}`,
    name: "Nora Lindgren",
    email: `nora-${tag}@example.com`,
    password: "correct horse battery",
  };
};

const tables = [
  "auth.identities",
  "app.tenants",
  "app.users",
  "auth.sessions",
  "auth.refresh_tokens",
  "app.audit_logs",
  "app.tenant_configs",
  "app.agent_roles",
];

const countAll = async () => {
  const counts = tables.map((table) => `(select count(*) from ${table}) as "${table}"`);
  const { rows } = await admin.query<Record<string, string>>(`select ${counts.join(", ")}`);
  return rows[0];
};

test("E5: registering makes a tenant with its administrator, who is signed in at once", async () => {
  const input = makeInput();
  const answer = await auth.register(input);
  expect(answer).toMatchObject({
    user: { email: input.email, name: input.name, username: input.email.split("@")[0], role: "agency_admin" },
    tenant: { slug: input.tenantSlug, name: input.tenantName },
    tenants: [answer.tenant],
  });
  const me = await callerFor(services, `Bearer ${answer.accessToken}`).auth.me();
  expect(me).toMatchObject({ user: answer.user, tenant: answer.tenant });
  expect(await auth.login({ email: input.email, password: input.password })).toMatchObject({ tenant: answer.tenant });
});

test("E5: the access token says who, in which role, of which tenant and team, and until when", async () => {
  const { accessToken, expiresAt, user, tenant } = await auth.register(makeInput());
  const claims: unknown = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString());
  expect(claims).toMatchObject({
    sub: user.id,
    email: user.email,
    role: "agency_admin",
    tenant_id: tenant.id,
    team_id: null,
    exp: expiresAt.getTime() / 1000,
  });
});

test("registering is in the new tenant's audit log, with the new administrator as the actor", async () => {
  const { accessToken, user } = await auth.register(makeInput());
  const { items } = await callerFor(services, `Bearer ${accessToken}`).auditLogs.list({ action: "auth.register" });
  expect(items.map(({ resourceType }) => resourceType).toSorted()).toEqual(["tenantConfigs", "tenants", "users"]);
  for (const item of items) expect(item).toMatchObject({ userId: user.id, requestId: "registering", outcome: "ok" });
});

test.each([
  ["tenantSlug", "tenants/slug-taken", "that slug is taken"],
  ["email", "identities/email-taken", "that email is taken"],
] as const)("a taken %s is a conflict, and nothing of the registration stays", async (field, reason, message) => {
  const [first, second] = [makeInput(), makeInput()];
  await auth.register(first);
  const before = await countAll();
  const { error } = await ask(services, undefined, "auth.register", { ...second, [field]: first[field] });
  expect(error).toMatchObject({ message, data: { code: "CONFLICT", httpStatus: 409, reason } });
  expect(await countAll()).toEqual(before);
});

test("of many registrations of one slug at once exactly one succeeds", async () => {
  const { tenantSlug } = makeInput();
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => ask(services, undefined, "auth.register", { ...makeInput(), tenantSlug })),
  );
  const reasons = answers.map(({ error }) => error?.data.reason ?? "made");
  expect(reasons.toSorted()).toEqual(["made", ...Array.from({ length: 3 }, () => "tenants/slug-taken")]);
});

test("an e-mail address is the same in any case and between spaces", async () => {
  const input = makeInput();
  const { user } = await auth.register({ ...input, email: `  ${input.email.toUpperCase()} ` });
  expect(user.email).toBe(input.email);
  expect(await auth.login({ email: input.email.toUpperCase(), password: input.password })).toMatchObject({ user });
});

test.each(["ab", "a".repeat(51), "-abc", "abc-", "Abc", "a_b", "a b", "äbc", "abc\n", ""])(
  "D1: the slug %j is refused",
  async (tenantSlug) => {
    const { error } = await ask(services, undefined, "auth.register", { ...makeInput(), tenantSlug });
    expect(error?.data.fields?.["tenantSlug"]).toBe(
      `tenant slug must be 3 to 50 characters of a-z, 0-9 and inner hyphens, got ${JSON.stringify(tenantSlug)}`,
    );
  },
);

test.each([
  ["tenantName", ""],
  ["name", "n".repeat(121)],
  ["email", "nora"],
  ["email", `${"n".repeat(250)}@example.com`],
  ["password", "too short"],
  ["password", "p".repeat(201)],
  ["password", 1234567890],
])("registering refuses %s %j, and repeats no password", async (field, value) => {
  const { error } = await ask(services, undefined, "auth.register", { ...makeInput(), [field]: value });
  expect(error?.data.reason).toBe("input/invalid");
  expect(Object.keys(error?.data.fields ?? {})).toEqual([field]);
  expect(error?.message).toContain(field === "password" ? "password must be 10 to 200 characters" : ", got ");
  expect(error?.message.includes(String(value).slice(0, 20))).toBe(field !== "password");
});

test("an unknown template is refused with the names of those that there are, and nothing of the registration stays", async () => {
  const before = await countAll();
  const { error } = await ask(services, undefined, "auth.register", { ...makeInput(), templateKey: "no-such" });
  expect(error).toMatchObject({
    message: 'templateKey must be one of agency, blank, fintech, got "no-such"',
    data: { code: "BAD_REQUEST", httpStatus: 400, reason: "templates/unknown-key" },
  });
  expect(await countAll()).toEqual(before);
});

test("a template's key that breaks its rule is refused before anything is asked", async () => {
  const { error } = await ask(services, undefined, "auth.register", { ...makeInput(), templateKey: "Fin Tech" });
  expect(error?.data).toMatchObject({ reason: "input/invalid", fields: { templateKey: expect.any(String) as string } });
});

test("the platform's own slug answers as taken, even before the platform's tenant is there", async () => {
  const { error } = await ask(services, undefined, "auth.register", { ...makeInput(), tenantSlug: "platform" });
  expect(error).toMatchObject({
    message: "that slug is taken",
    data: { code: "CONFLICT", reason: "tenants/slug-taken" },
  });
});
