import type { SessionContext } from "@mikro-orm/core";
import type { ApiKeyId, TenantId, UserId } from "@severalty/domain/ids";
import { wireValue, type WireValue } from "./bind.ts";
import type { Permission } from "@severalty/domain/permission";

/** What a way in tells of whom it let in. */
export type Entered =
  | { readonly kind: "user" }
  | ({ readonly kind: "apiKey" } & EnteredKey)
  | { readonly kind: "task"; readonly tenantId: TenantId }
  /** The tenant that the grant is for; null for every one. */
  | { readonly kind: "grant"; readonly tenantId: TenantId | null };

/** What `app.enter_key` tells of a key. */
export interface EnteredKey {
  readonly tenant: TenantId;
  readonly key: ApiKeyId;
  /** The user who made it. */
  readonly maker: UserId;
  readonly permissions: Permission[];
  /** Whether its last use was noted an hour ago or earlier. */
  readonly isIdle: boolean;
}

/** A way into a tenant: the statement that a transaction begins with. */
export interface Entry {
  readonly kind: Entered["kind"];
  /** With `$1` for the first parameter. */
  readonly sql: string;
  readonly parameters: readonly WireValue[];
}

/** Each way in, with the names of the session's variables that are its arguments. */
const ways = {
  user: {
    sql: "select app.enter($1, $2, $3, $4, $5, $6)",
    names: ["session", "user", "tenant", "role", "requestId", "action"],
  },
  apiKey: {
    sql: "select tenant, key, maker, permissions, is_idle as \"isIdle\" from app.enter_key(decode($1, 'hex'), $2, $3)",
    names: ["keyHash", "requestId", "action"],
  },
  task: {
    sql: 'select app.enter_task($1, $2, $3, $4) as "tenantId"',
    names: ["taskId", "leaseToken", "requestId", "action"],
  },
  grant: {
    sql: `select app.enter_platform($1, $2, $3, nullif($4, '')::uuid, $5, $6, $7) as "tenantId"`,
    names: ["session", "user", "grantId", "about", "requestId", "action", "note"],
  },
} as const;

/** The way in that an entity manager's session context asks for. */
export const entryOf = ({ variables = {} }: SessionContext): Entry => {
  const kind = kindOf(variables);
  const { sql, names } = ways[kind];
  return { kind, sql, parameters: names.map((name) => wireValue(variables[name])) };
};

const kindOf = (variables: Readonly<Record<string, unknown>>): Entered["kind"] => {
  if (variables["grantId"] !== undefined) return "grant";
  if (variables["taskId"] !== undefined) return "task";
  return variables["keyHash"] === undefined ? "user" : "apiKey";
};

/**
 * The way in for one statement that is the whole of its transaction, which travels in the same message: it may read, and nothing else. Only
 * a user has one, since what the others may do has to be known before anything is asked.
 */
export const entryForOneRead = (entry: Entry): Entry | undefined =>
  entry.kind === "user" ? { ...entry, sql: "select app.enter_to_read($1, $2, $3, $4, $5, $6)" } : undefined;

/** What a way in has answered, row by row. */
export const enteredBy = ({ kind }: Entry, row: Record<string, unknown> | undefined): Entered =>
  // The columns are named after the properties in the statements above.
  ({ kind, ...(kind === "user" ? {} : row) }) as Entered;

/** What a caller may meet while he enters, through no fault of the connection: see `database-error.ts`. */
const refusals = new Set(["SV001", "SV002", "SV003", "SVK01", "SVP01", "SVT01"]);

/** Whether entering failed because of who asked, so that the connection is as good as before. */
export const isRefusal = (code: string | undefined): boolean => refusals.has(code ?? "");

/** What a connection says that carries what another has left in it, and that cannot be reset. */
export const unclean = "SV005";
