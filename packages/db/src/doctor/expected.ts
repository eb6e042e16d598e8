import type { RoleName } from "../roles.ts";
import { workerTables } from "../tenancy/tenant-policies.ts";

/** The schemas that are Severalty's own, each with the roles that may use it. */
export const schemaUsers = {
  app: ["severalty_app", "severalty_auth", "severalty_gate", "severalty_platform", "severalty_worker"],
  auth: ["severalty_auth", "severalty_gate"],
  sealed: ["severalty_gate"],
  archive: [],
} as const satisfies Record<string, readonly RoleName[]>;

/** The roles that may hold privileges on tables of a schema; which ones exactly, the migrations and their tests say. */
export const tableUsers = {
  app: ["severalty_app", "severalty_gate", "severalty_platform", "severalty_worker"],
  auth: ["severalty_auth", "severalty_gate"],
  sealed: ["severalty_gate"],
  archive: [],
} as const satisfies Record<keyof typeof schemaUsers, readonly RoleName[]>;

/** Whose rights a role lends: the migrator has those of owner and gate, to change the schema; nobody has anybody else's. */
export const memberships = [
  ["severalty_migrator", "severalty_owner"],
  ["severalty_migrator", "severalty_gate"],
] as const;

/** What each role may do with the database itself. */
export const databaseCreators = ["severalty_migrator", "severalty_owner"] as const;

/** Everything that need not be behind row-level security: the names of the migrations that ran, for reading alone. */
export const openTables = ["app.migrations"] as const;

/** What the policy of a tenant's table says for each role that reads such tables. */
export const tenantPolicies = {
  severalty_app: "(tenant_id = app.tenant_id())",
  severalty_platform: "((tenant_id >= app.granted_first()) AND (tenant_id <= app.granted_last()))",
  severalty_worker: "(tenant_id = app.tenant_id())",
} as const satisfies Partial<Record<RoleName, string>>;

/** Of the roles that read tables of tenants, those that read some alone, and which. */
export const someTables: Partial<Record<RoleName, readonly string[]>> = {
  severalty_worker: workerTables.map((table) => `app.${table}`),
};

/** What the worker is not shown of these tables: with a lease's token it could take another worker's place. */
export const hiddenFromWorker = ["lease_token"] as const;

/** Tables of `app` that belong to no tenant, and the roles that read them: what their policies say instead. */
export const globalPolicies = {
  "app.tenants": {
    severalty_app: "(id = app.tenant_id())",
    severalty_platform: "((id >= app.granted_first()) AND (id <= app.granted_last()))",
  },
  "app.templates": { severalty_app: "(app.tenant_id() IS NOT NULL)" },
} as const satisfies Record<string, Partial<Record<RoleName, string>>>;

/** Tables of `app` whose changes are not in the audit log: the log itself, what nobody of a tenant can change, and what serves other tables. */
export const unauditedTables = [
  "app.access_grants",
  "app.audit_logs",
  "app.migrations",
  "app.templates",
  "app.idempotency_keys",
] as const;

/** Triggers that hold a rule of one table, beside the audit trigger of each. */
export const ruleTriggers = ["users_keep_an_admin"] as const;

/** Unique keys of a tenant's tables that hold across tenants, each with its reason. */
export const keysAcrossTenants = {
  tenant_api_keys_key_hash_key: "app.enter_key finds a key's tenant by the key; nobody guesses 256 bits",
} as const;

/** Indexes of a tenant's tables, not unique, that do not begin with the tenant, each with its reason. */
export const indexesAcrossTenants = {
  documents_words_index: "each word in it begins with its tenant's whole id, which app.search_documents asks for",
  task_queue_lease_token_index: "app.enter_task finds a task's tenant by its lease; nobody guesses 122 bits",
  users_identity_id_index: "sign-in looks up the memberships of one identity in every tenant",
} as const;

/**
 * Every SECURITY DEFINER function, and the role that may execute it; none: trigger or other gate functions alone. What policies ask is
 * for every role that they are for.
 */
export const gateFunctions = {
  "app.about_grant": [],
  "app.audit": [],
  "app.begin_entry": [],
  "app.claim_task": ["severalty_worker"],
  "app.create_tenant": ["severalty_platform"],
  "app.end_grant": ["severalty_platform"],
  "app.enter": ["severalty_app"],
  "app.enter_key": ["severalty_app"],
  "app.enter_platform": ["severalty_platform"],
  "app.enter_task": ["severalty_worker"],
  "app.enter_to_read": ["severalty_app"],
  "app.entered": [],
  "app.extend_lease": ["severalty_worker"],
  "app.finish_task": ["severalty_worker"],
  "app.granted_first": ["severalty_platform"],
  "app.granted_last": ["severalty_platform"],
  "app.keep_an_admin": [],
  "app.log_grant": [],
  "app.log_platform": [],
  "app.note_answered": ["severalty_platform"],
  "app.open_grant": ["severalty_platform"],
  "app.platform_admin": [],
  "app.platform_entered": [],
  "app.record": ["severalty_app"],
  "app.record_platform": ["severalty_platform"],
  "app.remove_tenant": ["severalty_platform"],
  "app.search_documents": ["severalty_app"],
  "app.set_context": [],
  "app.set_platform_context": [],
  "app.start_from_template": [],
  "app.tenant_id": ["severalty_app", "severalty_worker"],
  "auth.memberships": ["severalty_auth"],
  "auth.record": ["severalty_auth"],
  "auth.register": ["severalty_auth"],
} as const satisfies Record<string, readonly RoleName[]>;

/** The search_path that every gate function is pinned to. */
export const gateSearchPath = "search_path=pg_catalog, pg_temp";

/** Extensions that reach files, the network or raw pages, or bring a language without a sandbox. */
export const untrustedExtensions = [
  "adminpack",
  "dblink",
  "file_fdw",
  "http",
  "pageinspect",
  "pg_background",
  "pg_cron",
  "pg_net",
  "pg_walinspect",
  "pljavau",
  "plperlu",
  "plpython2u",
  "plpython3u",
  "plsh",
  "pltclu",
  "postgres_fdw",
] as const;
