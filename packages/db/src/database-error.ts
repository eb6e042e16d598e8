import { NoGrantError } from "@severalty/domain/access-grant";
import { InvalidApiKeyError } from "@severalty/domain/api-key";
import { LeaseLostError } from "@severalty/domain/task";
import { DomainError, NotFoundError, ReferenceNotFoundError } from "@severalty/domain/errors";
import { isStale } from "./driver/flight.ts";
import { nounOf } from "./tenancy/noun-of.ts";

/** What pg tells about a failed statement; see the PostgreSQL manual, appendix A, for the codes. */
interface ServerError extends Error {
  readonly code: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly detail?: string;
}

/** Failures that the same transaction, run again, may not meet: conflicts, restarts, lost or refused connections. */
const transientCodes = new Set([
  "40001",
  "40P01",
  "55P03",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

const transientMessages =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout)/;

/** Whether the whole transaction may be tried again: nothing of it was committed and the cause is passing. */
export const isTransient = (error: unknown): boolean =>
  chain(error).some((link) => {
    const code = "code" in link ? String(link.code) : "";
    return transientCodes.has(code) || code.startsWith("08") || transientMessages.test(link.message) || isStale(link);
  });

/** The SQLSTATE of a failed statement, or undefined when it was not the server that failed it. */
export const sqlStateOf = (error: unknown): string | undefined => chain(error).find(isServerError)?.code;

/**
 * The error that a caller may see for a failed statement, or undefined when it is no caller's business; what is transient has one. Messages name the rule that was
 * broken and never a value or another tenant's row.
 */
export const toDomainError = (error: unknown): DomainError | undefined => {
  const server = chain(error).find(isServerError);
  if (server !== undefined) return byCode(server, error);
  return isTransient(error) ? unavailable(error) : undefined;
};

const byCode = (server: ServerError, cause: unknown): DomainError | undefined => {
  const noun = nounOf(server.table ?? "");
  switch (server.code) {
    case "SV001":
      return new DomainError("unauthenticated", "auth/session-ended", "the session has ended: sign in again", {
        cause,
      });
    case "SV002":
      return new DomainError("forbidden", "tenants/suspended", "the tenant is suspended", { cause });
    case "SV003":
      return new DomainError("conflict", "tenants/already-entered", "a transaction enters one tenant, once", { cause });
    case "SV005":
      return unavailable(cause);
    case "SV004":
      return new DomainError("conflict", "users/last-admin", "a tenant keeps at least one active administrator", {
        cause,
      });
    case "SVK01":
      return new InvalidApiKeyError({ cause });
    case "SV010":
      return new DomainError("invalid-input", "templates/unknown-key", `templateKey must be ${server.detail}`, {
        cause,
      });
    case "SVP01":
      return new NoGrantError({ cause });
    case "SVT01":
      return new LeaseLostError({ cause });
    case "SVP02":
      return new NotFoundError("tenants", { cause });
    case "SVP03":
      return new NotFoundError("accessGrants", { cause });
    case "SVP04":
      return new DomainError("conflict", "tenants/not-suspended", "only a suspended tenant can be removed", { cause });
    case "SVP05":
      return new DomainError("invalid-input", "tenants/slug-mismatch", "slug must be that of the tenant", { cause });
    case "SVP06":
      return new DomainError(
        "conflict",
        "tenants/administrator-unconfirmed",
        "an account has that address, and nobody has confirmed that the address is its holder's: ask him, then say so with isConfirmed",
        { cause },
      );
    case "23505":
      return taken(noun, server, cause);
    // A removal that fails by it is `InUseError` before it gets here: what is left is a row that refers to nothing.
    case "23503":
      return new ReferenceNotFoundError(noun, { cause });
    case "23514":
      return new DomainError("invalid-input", `${noun}/${ruleOf(server)}`, ruleIn(server), {
        cause,
      });
    case "22021":
    case "22P05":
      return new DomainError(
        "invalid-input",
        "input/unstorable-text",
        "text must not contain the NUL character (U+0000)",
        { cause },
      );
    case "57014":
      return new DomainError("unavailable", "server/timeout", "the database took too long: try again", { cause });
    default:
      return isTransient(cause) ? unavailable(cause) : undefined;
  }
};

/**
 * The noun whose rows refer to the one that a failed DELETE would have removed; undefined for any other failure. Whether a foreign key
 * lacks its target or its referrer would lack it, the server tells in words of its own language alone; the caller knows that it deleted.
 */
export const referrerOf = (error: unknown): string | undefined => {
  const server = chain(error).find(isServerError);
  return server !== undefined && foreignKeyCodes.has(server.code) ? nounOf(server.table ?? "") : undefined;
};

const foreignKeyCodes = new Set(["23503", "23001"]);

/** `users_tenant_id_email_key` is `users/email-taken`; ids before the last column only say within what it is unique. */
const taken = (noun: string, server: ServerError, cause: unknown) => {
  const column = ruleOf(server)
    .replace(/^([a-z_]+?_id_)+(?=[a-z])/, "")
    .replaceAll("_", "-");
  const words = column.replaceAll("-", " ");
  const message = column.endsWith("-id") ? `that ${words.slice(0, -3)} has one already` : `that ${words} is taken`;
  return new DomainError("conflict", `${noun}/${column}-taken`, message, { cause });
};

/** Constraints are named `<table>_<columns>_<kind>`. */
const ruleOf = ({ table = "", constraint = "" }: ServerError) =>
  constraint.replace(new RegExp(`^${table}_`), "").replace(/_(key|check|foreign|pkey)$/, "");

/** Rules over several columns, whose names alone do not say them. */
const rules: Readonly<Record<string, string>> = {
  ab_tests_versions_check: "versionA and versionB must be two versions of the recipe, 1 or more",
  subscriptions_counts_check: "active must be at most allocated, and allocated at most purchased",
  task_queue_attempts_check: "maxAttempts must be 1 to 100, and no less than the attempts made",
};

const ruleIn = ({ constraint = "" }: ServerError) => rules[constraint] ?? `the rule ${constraint} was broken`;

const unavailable = (cause: unknown) =>
  new DomainError("unavailable", "server/database-unavailable", "the database cannot be reached: try again", { cause });

/** A lost connection may have the code EPIPE, which looks like one of SQL. */
const isServerError = (error: Error): error is ServerError =>
  "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) && error.code !== "EPIPE";

const chain = (error: unknown): Error[] => {
  const links: Error[] = [];
  for (let link = error; link instanceof Error && !links.includes(link); link = link.cause) links.push(link);
  return links;
};
