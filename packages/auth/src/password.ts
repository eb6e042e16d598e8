import { randomBytes } from "node:crypto";
import { hash, type Options, parseOptions, type ParsedHashOptions, verify } from "@node-rs/argon2";
import { DomainError } from "@severalty/domain/errors";
import pLimit from "p-limit";

/**
 * 64 MiB, three passes, one lane: about 45 ms of one core. The package's default makes it Argon2id in version 1.3.
 * Source: RFC 9106 section 4, second recommended option, with one lane because two hashes run beside each other.
 */
const parameters = {
  memoryCost: 64 * 1024,
  timeCost: 3,
  parallelism: 1,
  outputLen: 32,
} as const satisfies Options;

/** What one hash costs: memory in KiB, and passes over it. */
export type PasswordCost = Required<Pick<Options, "memoryCost" | "timeCost">>;

/** Hashes passwords, and tells whether one is right. */
export interface Passwords {
  /** A PHC string, `$argon2id$v=19$m=65536,t=3,p=1$…`. Throws `PasswordQueueFullError`. */
  hash(plain: string): Promise<string>;
  /**
   * Whether `plain` is the password behind `stored`. Takes the time of one hash in every case, an unknown address (`null`) and a damaged
   * hash included; both answer false. Throws `PasswordQueueFullError`, and passes on what argon2 throws for a hash in good shape (out of
   * memory), which is never the password's fault.
   */
  verify(stored: string | null, plain: string): Promise<boolean>;
}

const phcPrefix = "$argon2id$v=19$";
const saltLengthMin = 16;

/** A stored hash that asks for more than this is damaged: `m=4294967295` would take the process down. */
const memoryCostMax = 4 * parameters.memoryCost;
const timeCostMax = 4 * parameters.timeCost;

/** Hashes at once: each takes a thread of libuv's four and 64 MiB. */
export const concurrencyMax = 2;

/** Callers that may wait for a turn, about 1.5 s of work. */
export const waitingMax = 64;

/** More callers wait for a password hash than the server can serve in reasonable time. Nothing was checked: try again. */
export class PasswordQueueFullError extends DomainError {
  constructor() {
    super("unavailable", "auth/busy", "too many sign-ins at once: try again in a few seconds");
    this.name = "PasswordQueueFullError";
  }
}

/** At the cost above unless told otherwise, as tests do that hash often. `random` answers the asked number of bytes. */
export const createPasswords = (
  cost: PasswordCost = parameters,
  random: (sizeBytes: number) => Uint8Array = randomBytes,
): Passwords => {
  const options = { ...parameters, ...cost };
  return {
    hash: (plain) => inTurn(() => hash(plain, { ...options, salt: random(saltLengthMin) })),
    verify: (stored, plain) =>
      inTurn(async () => {
        if (stored !== null && parse(stored) !== null) return verify(stored, plain);
        await hash(plain, options);
        return false;
      }),
  };
};

/** Whether the hash is weaker than one made today, or damaged: after a successful sign-in, store a new one. */
export const needsRehash = (stored: string): boolean => {
  const made = parse(stored);
  return (
    made === null ||
    !stored.startsWith(phcPrefix) ||
    made.memoryCost < parameters.memoryCost ||
    made.timeCost < parameters.timeCost ||
    made.outputLen < parameters.outputLen ||
    made.saltLen < saltLengthMin
  );
};

const limit = pLimit(concurrencyMax);

const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (limit.pendingCount >= waitingMax) throw new PasswordQueueFullError();
  return limit(work);
};

const parse = (stored: string): ParsedHashOptions | null => {
  try {
    const made = parseOptions(stored);
    return made.memoryCost > memoryCostMax || made.timeCost > timeCostMax ? null : made;
  } catch {
    return null;
  }
};
