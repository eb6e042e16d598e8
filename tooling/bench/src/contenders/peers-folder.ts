import { join, resolve } from "node:path";

/** The package of the peers, outside the workspace: its dependencies are nobody's but the bench's. */
export const peersFolder = resolve(import.meta.dirname, "../../peers");

/** A peer's entry file. */
export const peerEntry = (name: string): string => join(peersFolder, "src", `${name}.ts`);
