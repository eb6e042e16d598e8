import { discard, TenantClient } from "./tenant-client.ts";

/** Texts that are for the class below as they stand. */
const own = new Set(["commit", "rollback", discard]);

/**
 * Sends one statement at a time, freshly parsed and without a name: a text that holds several is refused by the server, and none can run
 * what an earlier borrower of the connection has prepared under its name.
 */
export class OneStatementClient extends TenantClient {
  override query(...parameters: unknown[]): unknown {
    const [first, ...rest] = parameters;
    if (typeof first !== "string") {
      const isConfig = typeof first === "object" && first !== null && !("submit" in first);
      return super.query(isConfig ? { ...first, name: undefined, queryMode: "extended" } : first, ...rest);
    }
    if (own.has(first)) return super.query(...parameters);
    return super.query(beginWithModes(first) ?? { text: first, queryMode: "extended" }, ...rest);
  }
}

const beginning = /^(?:begin|start transaction)(?: isolation level ([a-z ]+?))?(?: (read only|read write))?$/;

/** Every mode by name, so that none is a default that the session's last borrower chose; undefined when it begins no transaction. */
const beginWithModes = (text: string): string | undefined => {
  const found = beginning.exec(text);
  if (found === null) return undefined;
  const [, level = "read committed", access = "read write"] = found;
  return `begin isolation level ${level} ${access} not deferrable`;
};
