import { agency } from "@severalty/db/templates/agency";
import type { Permission } from "@severalty/domain/permission";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { plainCases } from "./plain-cases.ts";
import { platformCases } from "./platform-cases.ts";
import type { World } from "./world.ts";

/** What the five general tests need to know of a procedure. */
export interface Case {
  /**
   * `public`: no session needed; `authed`: a token; `tenant`: a token whose role has the permission; `platform`: a platform
   * administrator's, of which `platform-cases.ts` says the rest.
   */
  readonly kind: "public" | "authed" | "tenant" | "platform";
  readonly permission?: Permission;
  /** Needed beside it. */
  readonly also?: readonly Permission[];
  /** What the world's `row` is to be a row of. */
  readonly noun?: string;
  /** An input that succeeds for the world's own caller; none for a procedure without one. */
  readonly input?: (own: World) => object;
  /** Set where the answer bears a secret, so that it is stored for no `Idempotency-Key`. */
  readonly bearsSecret?: true;
  /** Per field that takes an id: the same input, pointing into a world that may be another's. */
  readonly foreign?: Readonly<Record<string, (world: World) => object>>;
}

const cursorOf = (...values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");

const may = (permission: Permission) => ({ kind: "tenant", permission }) as const;

/** A procedure that takes the id of one row and nothing else. */
const byId = (permission: Permission, idOf: (world: World) => string): Case => {
  const pointAt = (world: World) => ({ id: idOf(world) });
  return { ...may(permission), input: pointAt, foreign: { id: pointAt } };
};

/** A procedure that takes the id of one row, its version, and changes that refer to nothing. */
const changing = (permission: Permission, idOf: (world: World) => string, changes: object = {}): Case => ({
  ...byId(permission, idOf),
  input: (world) => ({ id: idOf(world), version: 1, ...changes }),
});

const sourceYaml = "name: Made\nsteps:\n  - id: only\n    uses: search\n";

const future = "2999-01-01T00:00:00.000Z";

/** Procedures that are no plain verb of a noun, or that ask for more than their input's schema tells. */
const special: Readonly<Record<string, Case>> = {
  "auth.register": {
    kind: "public",
    // Slugs and e-mails are unique over all tenants, so that a taken one says so; rate limits bound how often one can ask.
    input: ({ slug }) => ({
      tenantName: "New",
      tenantSlug: `${slug}-new`,
      name: "Nora New",
      email: `new-${slug}@example.com`,
      password: "correct horse battery",
    }),
  },
  "auth.login": {
    kind: "public",
    input: ({ email, password, slug }) => ({ email, password, tenantSlug: slug }),
    foreign: { tenantSlug: ({ slug }) => ({ tenantSlug: slug }) },
  },
  "auth.refresh": { kind: "public", input: ({ refreshToken }) => ({ refreshToken }) },
  "auth.setPassword": {
    kind: "public",
    input: ({ linkToken: token }) => ({ token, password: "correct horse battery" }),
  },
  "auth.logout": { kind: "authed" },
  "auth.me": may("tenants.read"),

  "tenants.current": may("tenants.read"),

  "tenantConfigs.current": may("tenantConfigs.read"),
  "tenantConfigs.update": { ...may("tenantConfigs.write"), input: () => ({ version: 1, config: { locale: "sv" } }) },

  "templates.list": {
    ...may("templates.read"),
    foreign: { cursor: ({ userId }) => ({ cursor: cursorOf("key", "agency", userId) }) },
  },
  "templates.byKey": { ...may("templates.read"), input: () => ({ key: "fintech" }) },
  "templates.preview": {
    ...may("tenantConfigs.write"),
    also: ["agentRoles.read", "cookbooks.read", "recipes.read"],
    input: () => ({ key: "agency" }),
  },
  "templates.adopt": {
    ...may("tenantConfigs.write"),
    also: ["agentRoles.write", "cookbooks.write", "recipes.write"],
    input: () => ({ key: "agency", version: agency.version }),
  },

  "users.list": {
    ...may("users.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      teamId: ({ teamId }) => ({ teamId }),
      cursor: ({ userId }) => ({ cursor: cursorOf(userId) }),
    },
  },
  "users.update": {
    ...may("users.write"),
    input: ({ userId: id, teamId }) => ({ id, version: 1, name: "Nora Renamed", teamId }),
    foreign: { id: ({ userId: id }) => ({ id }), teamId: ({ teamId }) => ({ teamId }) },
  },
  "users.byId": {
    ...may("users.read"),
    input: ({ userId: id }) => ({ id }),
    foreign: { id: ({ userId: id }) => ({ id }) },
  },

  "users.updateOwn": { ...may("tenants.read"), input: () => ({ version: 1, preferences: { theme: "dark" } }) },

  "users.remove": {
    ...may("users.write"),
    input: ({ colleagueId: id }) => ({ id, version: 1 }),
    foreign: { id: ({ colleagueId: id }) => ({ id }) },
  },

  "documents.list": {
    ...may("documents.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      userId: ({ userId }) => ({ userId }),
      parentId: ({ documentId: parentId }) => ({ parentId }),
      teamId: ({ teamId }) => ({ teamId }),
      cursor: ({ leafId }) => ({ cursor: cursorOf(leafId) }),
    },
  },
  "documents.byId": {
    ...may("documents.read"),
    input: ({ documentId: id }) => ({ id }),
    foreign: { id: ({ documentId: id }) => ({ id }) },
  },
  "documents.create": {
    ...may("documents.write"),
    input: () => ({ title: "made" }),
    foreign: { parentId: ({ documentId: parentId }) => ({ parentId }), teamId: ({ teamId }) => ({ teamId }) },
  },
  "documents.update": {
    ...may("documents.write"),
    input: ({ documentId: id }) => ({ id, version: 1, title: "changed" }),
    foreign: { id: ({ documentId: id }) => ({ id }), teamId: ({ teamId }) => ({ teamId }) },
  },
  "documents.remove": {
    ...may("documents.write"),
    input: ({ leafId: id }) => ({ id, version: 1 }),
    foreign: { id: ({ leafId: id }) => ({ id }) },
  },

  "recipes.list": {
    ...may("recipes.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      cookbookId: ({ cookbookId }) => ({ cookbookId }),
      cursor: ({ bareRecipeId }) => ({ cursor: cursorOf(bareRecipeId) }),
    },
  },
  "recipes.byId": byId("recipes.read", ({ recipeId }) => recipeId),
  "recipes.create": {
    ...may("recipes.write"),
    input: ({ cookbookId }) => ({ cookbookId, name: "made", sourceYaml }),
    foreign: { cookbookId: ({ cookbookId }) => ({ cookbookId }) },
  },
  "recipes.update": changing("recipes.write", ({ recipeId }) => recipeId, { sourceYaml }),
  "recipes.remove": changing("recipes.write", ({ bareRecipeId }) => bareRecipeId),

  "subscriptions.list": {
    ...may("subscriptions.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      agentRoleId: ({ agentRoleId }) => ({ agentRoleId }),
      cursor: ({ subscriptionId }) => ({ cursor: cursorOf(subscriptionId) }),
    },
  },
  "subscriptions.byId": byId("subscriptions.read", ({ subscriptionId }) => subscriptionId),
  "subscriptions.create": {
    ...may("subscriptions.write"),
    input: ({ bareRoleId: agentRoleId }) => ({ agentRoleId, purchased: 2, allocated: 1 }),
    foreign: { agentRoleId: ({ bareRoleId: agentRoleId }) => ({ agentRoleId }) },
  },
  "subscriptions.update": changing("subscriptions.write", ({ subscriptionId }) => subscriptionId, { purchased: 9 }),
  "subscriptions.remove": changing("subscriptions.write", ({ idleSubscriptionId }) => idleSubscriptionId),

  "agentInstances.list": {
    ...may("agentInstances.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      agentRoleId: ({ agentRoleId }) => ({ agentRoleId }),
      cookbookId: ({ cookbookId }) => ({ cookbookId }),
      teamId: ({ teamId }) => ({ teamId }),
      cursor: ({ retiredAgentId }) => ({ cursor: cursorOf(retiredAgentId) }),
    },
  },
  "agentInstances.byId": byId("agentInstances.read", ({ agentInstanceId }) => agentInstanceId),
  "agentInstances.create": {
    ...may("agentInstances.write"),
    input: ({ agentRoleId, teamId }) => ({ agentRoleId, teamId, customName: "made" }),
    foreign: {
      agentRoleId: ({ agentRoleId }) => ({ agentRoleId }),
      cookbookId: ({ cookbookId }) => ({ cookbookId }),
      teamId: ({ teamId }) => ({ teamId }),
    },
  },
  "agentInstances.update": {
    ...may("agentInstances.write"),
    input: ({ agentInstanceId: id }) => ({ id, version: 1, customName: "changed" }),
    foreign: {
      id: ({ agentInstanceId: id }) => ({ id }),
      cookbookId: ({ cookbookId }) => ({ cookbookId }),
      teamId: ({ teamId }) => ({ teamId }),
    },
  },
  "agentInstances.retire": changing("agentInstances.write", ({ agentInstanceId }) => agentInstanceId),
  "agentInstances.remove": changing("agentInstances.write", ({ retiredAgentId }) => retiredAgentId),

  "tasks.list": {
    ...may("tasks.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      teamId: ({ teamId }) => ({ teamId }),
      agentInstanceId: ({ agentInstanceId }) => ({ agentInstanceId }),
      recipeId: ({ recipeId }) => ({ recipeId }),
      cursor: ({ endedTaskId }) => ({ cursor: cursorOf(endedTaskId) }),
    },
  },
  "tasks.byId": byId("tasks.read", ({ taskId }) => taskId),
  "tasks.create": {
    ...may("tasks.write"),
    input: () => ({ kind: "made" }),
    foreign: {
      teamId: ({ teamId }) => ({ teamId }),
      agentInstanceId: ({ agentInstanceId }) => ({ agentInstanceId }),
      recipeId: ({ recipeId }) => ({ recipeId }),
    },
  },
  "tasks.update": {
    ...may("tasks.write"),
    input: ({ taskId: id }) => ({ id, version: 1, priority: 5 }),
    foreign: { id: ({ taskId: id }) => ({ id }), teamId: ({ teamId }) => ({ teamId }) },
  },
  "tasks.cancel": changing("tasks.write", ({ taskId }) => taskId),
  "tasks.remove": changing("tasks.write", ({ endedTaskId }) => endedTaskId),

  "abTests.list": {
    ...may("abTests.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      recipeId: ({ recipeId }) => ({ recipeId }),
      cursor: ({ abTestId }) => ({ cursor: cursorOf(abTestId) }),
    },
  },
  "abTests.byId": byId("abTests.read", ({ abTestId }) => abTestId),
  "abTests.create": {
    ...may("abTests.write"),
    input: ({ recipeId }) => ({ recipeId, name: "made", metric: "speed", versionA: 1, versionB: 2 }),
    foreign: { recipeId: ({ recipeId }) => ({ recipeId }) },
  },
  "abTests.update": changing("abTests.write", ({ abTestId }) => abTestId, { status: "stopped" }),
  "abTests.remove": changing("abTests.write", ({ abTestId }) => abTestId),
  "abTests.results": {
    ...may("abTests.read"),
    input: ({ abTestId }) => ({ abTestId, limit: 5 }),
    foreign: {
      abTestId: ({ abTestId }) => ({ abTestId }),
      cursor: ({ abTestId }) => ({ cursor: cursorOf(abTestId) }),
    },
  },
  "abTests.record": {
    ...may("abTests.write"),
    input: ({ abTestId }) => ({ abTestId, variant: "b", value: 2.5, sample: "another" }),
    foreign: { abTestId: ({ abTestId }) => ({ abTestId }) },
  },

  "secrets.list": {
    ...may("secrets.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      teamId: ({ teamId }) => ({ teamId }),
      cursor: ({ secretId }) => ({ cursor: cursorOf(secretId) }),
    },
  },
  "secrets.byId": {
    ...may("secrets.read"),
    input: ({ secretId: id }) => ({ id }),
    foreign: { id: ({ secretId: id }) => ({ id }) },
  },
  "secrets.create": {
    ...may("secrets.write"),
    input: ({ teamId }) => ({ name: "made", value: "made", teamId }),
    foreign: { teamId: ({ teamId }) => ({ teamId }) },
  },
  "secrets.update": {
    ...may("secrets.write"),
    input: ({ secretId: id, teamId }) => ({ id, version: 1, name: "changed", value: "changed", teamId }),
    foreign: { id: ({ secretId: id }) => ({ id }), teamId: ({ teamId }) => ({ teamId }) },
  },
  "secrets.remove": {
    ...may("secrets.write"),
    input: ({ secretId: id }) => ({ id, version: 1 }),
    foreign: { id: ({ secretId: id }) => ({ id }) },
  },
  "secrets.reveal": {
    ...may("secrets.reveal"),
    input: ({ secretId: id }) => ({ id }),
    foreign: { id: ({ secretId: id }) => ({ id }) },
    bearsSecret: true,
  },

  "apiKeys.list": {
    ...may("apiKeys.read"),
    input: () => ({ limit: 5 }),
    foreign: { cursor: ({ apiKeyId }) => ({ cursor: cursorOf(apiKeyId) }) },
  },
  "apiKeys.byId": {
    ...may("apiKeys.read"),
    input: ({ apiKeyId: id }) => ({ id }),
    foreign: { id: ({ apiKeyId: id }) => ({ id }) },
  },
  "apiKeys.create": {
    ...may("apiKeys.write"),
    input: () => ({ name: "made", permissions: ["documents.read"] }),
    bearsSecret: true,
  },
  "apiKeys.update": {
    ...may("apiKeys.write"),
    input: ({ apiKeyId: id }) => ({ id, version: 1, name: "changed" }),
    foreign: { id: ({ apiKeyId: id }) => ({ id }) },
  },
  "apiKeys.revoke": {
    ...may("apiKeys.write"),
    input: ({ apiKeyId: id }) => ({ id, version: 1 }),
    foreign: { id: ({ apiKeyId: id }) => ({ id }) },
  },

  "auditLogs.list": {
    ...may("auditLogs.read"),
    input: () => ({ limit: 5 }),
    foreign: {
      userId: ({ userId }) => ({ userId }),
      resourceId: ({ documentId: resourceId }) => ({ resourceId }),
      requestId: ({ requestId }) => ({ requestId }),
      cursor: ({ auditLogId }) => ({ cursor: cursorOf(future, auditLogId) }),
    },
  },
};

/** One case per procedure: a test fails for a procedure that has none, and for an id field that is not in `foreign`. */
export const cases: Readonly<Record<string, Case>> = {
  ...plainCases(Object.keys(proceduresByPath).filter((path) => !(path in special))),
  ...special,
  ...Object.fromEntries(Object.keys(platformCases).map((path) => [path, { kind: "platform" as const }])),
};
