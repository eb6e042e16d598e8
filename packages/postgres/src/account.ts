import { chownSync, existsSync, statSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { Binaries } from "./binaries.ts";

/** Who PostgreSQL runs as: it refuses to be root. */
export interface Account {
  /** The program and arguments that run `program` under this account. */
  command(program: string, args: readonly string[]): [string, string[]];
  /** Makes a file or folder belong to the account. */
  own(path: string): void;
}

/** uid and gid of "nobody" on Linux. */
const NOBODY = 65534;

const asMyself: Account = { command: (program, args) => [program, [...args]], own: () => undefined };

/**
 * The account for a data folder. A normal user runs PostgreSQL as itself (in a user namespace when its uid has no name,
 * as in containers started with a bare uid: initdb asks for one). Root runs it, in this order, as the owner of
 * an existing folder, in a user namespace, as nobody (who is then given the folder). Throws when root can do none of them.
 */
export const accountFor = (dataDir: string, binaries: Binaries): Account => {
  const uid = process.getuid?.();
  const owner = existsSync(dataDir) ? statSync(dataDir).uid : undefined;
  if (uid !== 0) {
    if (owner === undefined || owner === uid) return hasName() ? asMyself : (inUserNamespace() ?? asMyself);
    throw new Error(`${dataDir} belongs to another user (uid ${owner}): remove it, or use another folder`);
  }
  const namespace = owner === undefined || owner === 0 ? inUserNamespace() : undefined;
  if (namespace !== undefined) return namespace;
  const user = owner || NOBODY;
  const account = asUser(user, [dirname(dataDir), binaries.postgres]);
  if (owner === 0) spawnSync("chown", ["-R", `${user}:${user}`, dataDir]);
  return account;
};

const hasName = () => {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
};

/** This user renamed to nobody in a user namespace: files stay this user's, and any folder of the user's can be used. */
export const inUserNamespace = (): Account | undefined => {
  const flags = ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];
  if (spawnSync("unshare", [...flags, "true"]).status !== 0) return undefined;
  return { command: (program, args) => ["unshare", [...flags, program, ...args]], own: () => undefined };
};

/**
 * Really another user, for containers that forbid user namespaces. It keeps one right of root, to pass closed folders
 * (CAP_DAC_OVERRIDE, which containers have by default), because a clone below /root is the normal case there.
 */
export const asUser = (uid: number, mustReach: readonly string[]): Account => {
  const drop = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  // Without the securebit, access(2) ignores the capability, and initdb asks it about the programs beside itself.
  const keep = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  const reaches = (flags: string[]) =>
    mustReach.every((path) => spawnSync("setpriv", [...flags, "test", "-x", path]).status === 0);
  const flags = [[...drop, ...keep], drop].find(reaches);
  if (flags === undefined) {
    throw new Error(
      `PostgreSQL does not run as root, and uid ${uid} cannot reach ${mustReach.join(" and ")}: run as a normal user`,
    );
  }
  return {
    command: (program, args) => ["setpriv", [...flags, program, ...args]],
    own: (path) => chownSync(path, uid, uid),
  };
};
