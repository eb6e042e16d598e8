import { createAccessTokens } from "@severalty/auth/access-token";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeApiKey } from "@severalty/api/testing/make-api-key";
import { testSecret } from "@severalty/api/testing/make-services";
import { cases } from "@severalty/api/test/cases";
import { makePlainRow } from "@severalty/api/test/plain-row";
import { makeWorld, type World } from "@severalty/api/test/world";
import { tenantEntities } from "@severalty/db/entities";
import { nounOf } from "@severalty/db/tenancy/noun-of";
import { createOrm } from "@severalty/db/orm";
import { anyEntity, makeRow, type RowData } from "@severalty/db/testing/make-row";
import { makeOperator, openTestGrant, type Operator } from "@severalty/db/testing/make-operator";
import { makeMember } from "@severalty/db/testing/make-tenant";
import type { UserPrincipal } from "@severalty/db/tenancy/principal";
import type { AccessGrantId, TenantId } from "@severalty/domain/ids";
import { permissions } from "@severalty/domain/permission";
import type { OtherRows } from "@severalty/isolation/database-state";
import { injectIntoDatabase, setDatabaseMoment } from "@severalty/isolation/injected-postgres";
import { plantCanaries } from "@severalty/isolation/plant";
import { withClient } from "@severalty/postgres/with-client";
import type { Client } from "pg";

/** Where a tenant is to be made, and when it is said to have been. */
export interface Setup {
  readonly url: string;
  readonly nowMs: number;
  /** A person of the attacker's who is a member of the other tenant too. */
  readonly shared?: { readonly identityId: string; readonly email: string } | undefined;
  /** An administrator of the platform, who is to open a grant for the other tenant. */
  readonly colleague?: Operator | undefined;
}

/** A tenant, a row of each noun, and the headers of those who call for it. */
export interface MadeTenant {
  readonly world: World;
  readonly rows: Readonly<Record<string, RowData>>;
  readonly headers: Readonly<Record<"admin" | "member" | "shared" | "key", Readonly<Record<string, string>>>>;
  readonly shared: NonNullable<Setup["shared"]>;
}

/** The attacking tenant, and an administrator of the platform who may see it. */
export interface MadeAttacker extends MadeTenant {
  readonly platform: {
    readonly operator: Operator;
    readonly headers: Readonly<Record<string, string>>;
    readonly forTenant: AccessGrantId;
    readonly forAll: AccessGrantId;
    /** One more tenant, which is shut out, and a grant for it. */
    readonly suspended: { readonly tenant: World; readonly forTenant: AccessGrantId };
    /** Another administrator. */
    readonly colleague: Operator;
  };
}

/** The other tenant, and which rows are his. */
export interface MadeOther extends MadeTenant {
  readonly rowsOf: OtherRows;
  /** A grant for him, of another administrator of the platform. */
  readonly grantId: AccessGrantId | null;
  /** Columns that a canary was planted in. */
  readonly planted: readonly string[];
}

/** Injects clock, ids and randomness into a database, and makes the tenant that attacks. */
export const makeAttacker = ({ url, nowMs }: Setup): Promise<MadeAttacker> =>
  withClient(url, async (admin) => {
    await injectIntoDatabase(admin);
    await begin(admin, nowMs);
    const made = await makeRichTenant(admin, "a password of the attacker");
    return { ...made, platform: await makePlatform(admin, made.world) };
  });

/** How long a test's grants last, in minutes: the longest that a grant may. */
const grantMinutes = 60;

const makePlatform = async (admin: Client, { tenantId }: World): Promise<MadeAttacker["platform"]> => {
  const [operator, colleague] = [await makeOperator(admin), await makeOperator(admin)];
  const suspended = await makeWorld(admin);
  await admin.query("update app.tenants set status = 'suspended' where id = $1", [suspended.tenantId]);
  const grant = (id: TenantId | null) => openTestGrant(admin, operator, id, grantMinutes);
  return {
    operator,
    headers: bearer(operator),
    forTenant: await grant(tenantId),
    forAll: await grant(null),
    suspended: { tenant: suspended, forTenant: await grant(suspended.tenantId) },
    colleague,
  };
};

/** Makes the tenant that is attacked beside the first, with a canary in whatever takes one. */
export const makeOther = ({ url, nowMs, shared, colleague }: Setup): Promise<MadeOther> =>
  withClient(url, async (admin) => {
    await begin(admin, nowMs);
    const made = await makeRichTenant(admin, "a password of the other");
    if (shared !== undefined) await join(admin, made.world.tenantId, shared);
    const { tenantId } = made.world;
    const grantId = colleague === undefined ? null : await openTestGrant(admin, colleague, tenantId, grantMinutes);
    const rowsOf = await otherRows(admin, tenantId, shared?.identityId ?? null);
    const planted = await plantCanaries(admin, rowsOf);
    // With a canary it has to stay a template, or the tenant could adopt none.
    await admin.query(
      `update app.tenant_configs set template_definition = template_definition || '{"config": {}, "agentRoles": []}' where tenant_id = $1`,
      [made.world.tenantId],
    );
    return { ...made, rowsOf, grantId, planted };
  });

const begin = async (admin: Client, nowMs: number) => {
  await admin.query("set search_path = prove, pg_catalog, public");
  await setDatabaseMoment(admin, nowMs);
};

const makeRichTenant = async (admin: Client, password: string): Promise<MadeTenant> => {
  const world = await makeWorld(admin, { password });
  const { tenantId, teamId } = world;
  const rows: Record<string, RowData> = {};
  for (const entity of tenantEntities) {
    const noun = nounOf(entity.meta.tableName);
    if (nounsOfCases.has(noun)) rows[noun] = await makePlainRow(admin, noun, tenantId);
    else if (!onePerTenant.has(noun)) await makeRow(admin, orm, anyEntity(entity), tenantId);
  }
  const member = await makeMember(admin, tenantId, { role: "team_member", teamId });
  const shared = await makeMember(admin, tenantId, { role: "agency_admin", teamId });
  const { apiKey } = await makeApiKey(
    admin,
    world,
    permissions.filter((permission) => permission !== "apiKeys.write"),
  );
  return {
    world,
    rows,
    headers: { admin: bearer(world), member: bearer(member), shared: bearer(shared), key: { "x-api-key": apiKey } },
    shared: { identityId: shared.identityId, email: shared.email },
  };
};

const bearer = (principal: UserPrincipal) => {
  const accessTokens = createAccessTokens({ secret: testSecret });
  return { authorization: bearerOf({ accessTokens } as Parameters<typeof bearerOf>[0], principal) };
};

/** Nouns whose procedures take a row that is made for them. */
const nounsOfCases = new Set(Object.values(cases).map(({ noun }) => noun));

/** Asked what entities look like, and for nothing else: it never connects. */
const orm = await createOrm({ url: "postgres://nobody@localhost/nothing", applicationName: "severalty-prove" });

/** The world has it. */
const onePerTenant = new Set(["tenantConfigs", "tenantKeys"]);

/** The person becomes a member under another address, as in a tenant that knows him by it. */
const join = async (admin: Client, tenantId: string, { identityId }: NonNullable<Setup["shared"]>) => {
  await admin.query(
    `insert into app.users (tenant_id, id, identity_id, username, email, role, created_at, updated_at)
     values ($1, app.uuid_v7(), $2, 'shared', 'shared@example.org', 'agency_admin', now(), now())`,
    [tenantId, identityId],
  );
};

const otherRows = async (admin: Client, tenantId: string, sharedId: string | null): Promise<OtherRows> => {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where n.nspname in ('app', 'auth', 'archive') and c.relkind = 'r' order by 1`,
  );
  const { rows } = await admin.query<{ id: string }>(
    "select identity_id as id from app.users where tenant_id = $1 and identity_id is distinct from $2",
    [tenantId, sharedId],
  );
  const ofIdentity = `identity_id = any ('{${rows.map(({ id }) => id).join(",")}}')`;
  const { rows: sessions } = await admin.query<{ id: string }>("select id from auth.sessions where tenant_id = $1", [
    tenantId,
  ]);
  return {
    ...Object.fromEntries(tables.map(({ name }) => [name, `tenant_id = '${tenantId}'`])),
    "app.tenants": `id = '${tenantId}'`,
    // Rows of the reserved tenant, and about this one.
    "app.access_grants": `granted_tenant_id = '${tenantId}'`,
    "auth.identities": ofIdentity.replace("identity_id", "id"),
    "auth.one_time_tokens": ofIdentity,
    "auth.refresh_tokens": `session_id = any ('{${sessions.map(({ id }) => id).join(",")}}')`,
  };
};
