import { randomBytes } from "node:crypto";
import { createOneTimeToken } from "@severalty/auth/one-time-token";
import { createRefreshToken } from "@severalty/auth/refresh-token";
import { tenantEntities } from "@severalty/db/entities";
import type { RowData } from "@severalty/db/testing/make-row";
import { createEnvelope } from "@severalty/auth/envelope";
import type { MadeTenant } from "@severalty/db/testing/make-tenant";
import {
  createNewId,
  type ApiKeyId,
  type AuditLogId,
  type DocumentId,
  type SecretId,
  type TeamId,
  type UserId,
} from "@severalty/domain/ids";
import type { Client } from "pg";
import { makeAgencyIds, type Agency } from "./agency.ts";
import { insertWorld } from "./insert-world.ts";
import { oncePer } from "./once-per.ts";
import { imaginePlainRow, makePlainRow } from "./plain-row.ts";
import { testPasswords, testSecretsKey } from "../src/testing/make-services.ts";

/** A tenant, and everything that a valid input of any procedure can name. Its caller may do everything. */
export interface World extends MadeTenant, Agency {
  readonly password: string;
  readonly refreshToken: string;
  /** Of a link that sets the password. */
  readonly linkToken: string;
  /** Of the caller's team, and without children, so that it can be removed. */
  readonly leafId: DocumentId;
  /** The caller's team. */
  readonly teamId: TeamId;
  /** Another team of the tenant, without members or anything else. */
  readonly emptyTeamId: TeamId;
  /** Wrote nothing, so that he can be removed. */
  readonly colleagueId: UserId;
  /** Of the whole tenant, with a value that can be revealed. */
  readonly secretId: SecretId;
  readonly apiKeyId: ApiKeyId;
  readonly auditLogId: AuditLogId;
  /** Of the audit row. */
  readonly requestId: string;
  /** Of the noun that was asked for, and referred to by nothing; empty without one. */
  readonly row: RowData;
}

export interface WorldOptions {
  readonly password?: string;
  /** The noun of a case whose input is made of a row. */
  readonly noun?: string | undefined;
}

const newId = createNewId();
const envelope = createEnvelope({ key: testSecretsKey });
/** Worlds of one password share one hash. */
const hashOf = oncePer((password: string) => testPasswords.hash(password));

/** Makes a world of its own in one statement, past every policy; a row of a noun takes some more. */
export const makeWorld = async (
  admin: Client,
  { password = "a password of this world", noun }: WorldOptions = {},
): Promise<World> => {
  const world = imagineWorld(password);
  const { tenantId, secretId } = world;
  const wrappedKey = envelope.createDataKey({ tenantId, keyVersion: 1 });
  const ciphertext = envelope.encrypt(wrappedKey, { tenantId, secretId, keyVersion: 1 }, `value of ${secretId}`);
  await insertWorld(admin, { ...world, hashedPassword: await hashOf(password), wrappedKey, ciphertext });
  return noun === undefined ? world : { ...world, row: await makePlainRow(admin, noun, tenantId) };
};

/** A world that never was: every id is well-formed and names nothing. */
export const makeNowhere = ({ noun }: WorldOptions = {}): World => {
  const world = imagineWorld("a password of nowhere");
  return noun === undefined ? world : { ...world, row: imaginePlainRow(noun) };
};

const imagineWorld = (password: string): World => {
  const tag = randomBytes(6).toString("hex");
  return {
    kind: "user",
    ...makeAgencyIds(),
    colleagueId: newId(),
    tenantId: newId(),
    userId: newId(),
    sessionId: newId(),
    identityId: newId(),
    documentId: newId(),
    leafId: newId(),
    teamId: newId(),
    emptyTeamId: newId(),
    secretId: newId(),
    apiKeyId: newId(),
    auditLogId: newId(),
    role: "agency_admin",
    slug: `tenant-${tag}`,
    email: `user-${tag}@example.com`,
    password,
    refreshToken: createRefreshToken().token,
    linkToken: createOneTimeToken().token,
    requestId: `request-${tag}`,
    row: {},
  };
};

/** One world per noun for all tests of a file: for calls that change nothing, be it that they read or that they are refused. */
export const createSharedWorlds = (
  admin: Client,
  options: Pick<WorldOptions, "password"> = {},
): ((noun?: string) => Promise<World>) => oncePer((noun?: string) => makeWorld(admin, { ...options, noun }));

const tablesOfTenant = [
  "app.tenants",
  "auth.sessions",
  ...tenantEntities.map(({ meta }) => `${meta.schema}.${meta.tableName}`),
];

/** Every row of a world with the place and the transactions it is of: equal only if nothing was written or locked. */
export const bytesOf = async (admin: Client, { tenantId, identityId, sessionId }: World): Promise<string[]> => {
  const row = "tableoid::regclass || ' ' || ctid || ' ' || xmin || ' ' || xmax || ' ' || to_jsonb(t)";
  const parts = tablesOfTenant.map(
    (table) => `select ${row} as bytes from ${table} t where ${table === "app.tenants" ? "id" : "tenant_id"} = $1`,
  );
  parts.push(`select ${row} from auth.identities t where id = $2`);
  parts.push(`select ${row} from auth.one_time_tokens t where identity_id = $2`);
  parts.push(`select ${row} from auth.refresh_tokens t where session_id = $3`);
  const text = `${parts.join(" union all ")} order by 1`;
  const values = [tenantId, identityId, sessionId];
  const { rows } = await admin.query<{ bytes: string }>({ name: "bytes-of", text, values });
  return rows.map(({ bytes }) => bytes);
};

/** Rows that a world has since, or has no more. Its tenant's row does not count as changed while it is only locked. */
export const changesSince = async (admin: Client, world: World, before: readonly string[]): Promise<string[]> => {
  const old = new Set(before.map(withoutLock));
  return [...old.symmetricDifference(new Set((await bytesOf(admin, world)).map(withoutLock)))];
};

const withoutLock = (row: string): string => row.replace(/^(app\.tenants \S+ \d+) \d+/, "$1");
