import { isDeepStrictEqual } from "node:util";
import { isServerError, tellingsOf } from "./session.ts";
import type { Attack } from "./attack.ts";
import type { World } from "./world.ts";

/** What an attack got. */
export interface Verdict {
  /** Texts of the victim in what it returned, or in the words of the error that it met. */
  readonly read: readonly string[];
  /** Whether a row of the victim's was changed, added or removed. */
  readonly wrote: boolean;
  /** Whether it said itself that it had what it came for. */
  readonly said: boolean;
  /** What it met or returned, for whoever reads why a test has failed. */
  readonly met: string;
}

/** Runs an attack. Only what the server or the driver refuses is an outcome; any other error is one of the attack's own making. */
export const verdictOf = async (world: World, attack: Attack): Promise<Verdict> => {
  const before = await world.lastState();
  const loot = await attack.attack(world).catch(refusal);
  const met = JSON.stringify(loot, readable) ?? "";
  const after = await world.state();
  world.keep(after);
  return {
    read: world.cast.canaries.filter((canary) => met.includes(canary)),
    wrote: !isDeepStrictEqual(before, after),
    said: loot === true,
    met: met.slice(0, 300),
  };
};

/** Nothing was got. */
export const nothing = { read: [], wrote: false, said: false };

/** The driver's own refusals, and pg's when a connection is closed. */
const refusals = /not queryable|Connection (terminated|ended)|the transaction was aborted|no tenant|not idle/;

const refusal = (error: unknown): unknown => {
  const links: Error[] = [];
  for (let link = error; link instanceof Error && !links.includes(link); link = link.cause) links.push(link);
  const server = links.find(isServerError);
  if (server !== undefined) return tellingsOf(server);
  if (links.some(({ message }) => refusals.test(message))) return links.map(({ message }) => message);
  throw error;
};

/** Bytes as text, in which a canary can be found; Node writes a Buffer as numbers. */
const readable = (_: string, value: unknown): unknown => {
  if (typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value)
    return Buffer.from(value.data as number[]).toString("latin1");
  return value;
};
