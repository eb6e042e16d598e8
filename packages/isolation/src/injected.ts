import crypto, { createHash } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/** Clock and randomness of this thread, as a function of the moment that was set last. */
export interface Injected {
  setMoment(moment: number): void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What the clock goes on by with each moment, in milliseconds: an id of version 7 is new in each. */
export const momentMs = 5;

/**
 * From here on this thread's `Date`, `performance.now`, `Math.random`, `node:crypto` and Web Crypto are a function of the seed and the moment. Call
 * it before anything that keeps one of them is imported. Timers stay as they are.
 */
export const injectIntoThread = ({ seed, startMs }: { seed: string; startMs: number }): Injected => {
  let moment = 0;
  let drawn = new Map<number, number>();
  const now = () => startMs + moment * momentMs;
  // A stream per size: a connection that is opened at another moment takes from no other's.
  const draw = (sizeBytes: number): Buffer => {
    const count = (drawn.get(sizeBytes) ?? 0) + 1;
    drawn.set(sizeBytes, count);
    const block = (index: number) =>
      createHash("sha256").update(`${seed}/${moment}/${sizeBytes}/${count}/${index}`).digest();
    return Buffer.concat(Array.from({ length: Math.ceil(sizeBytes / 32) }, (_, index) => block(index))).subarray(
      0,
      sizeBytes,
    );
  };
  injectDate(now);
  Object.defineProperty(performance, "now", { value: () => now() - startMs });
  injectRandomness(draw);
  return {
    now,
    setMoment: (next) => {
      moment = next;
      drawn = new Map();
    },
  };
};

const injectDate = (now: () => number) => {
  const real = Date;
  const injected = new Proxy(real, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as object,
    apply: () => new real(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
  globalThis.Date = injected;
};

type Draw = (sizeBytes: number) => Buffer;
type Done = (error: Error | null, bytes: Buffer) => void;

const injectRandomness = (draw: Draw) => {
  const fill = <View extends ArrayBufferView>(view: View): View => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    bytes.set(draw(bytes.length));
    return view;
  };
  const randomUUID = () => {
    const bytes = draw(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const fraction = () => draw(6).readUIntBE(0, 6) / 2 ** 48;
  const injected = {
    randomBytes: (sizeBytes: number, done?: Done) => {
      const bytes = draw(sizeBytes);
      if (done === undefined) return bytes;
      queueMicrotask(() => done(null, bytes));
      return undefined;
    },
    randomInt: (from: number, to?: number) =>
      to === undefined ? Math.floor(fraction() * from) : from + Math.floor(fraction() * (to - from)),
    randomFillSync: fill,
    randomUUID,
  };
  Object.assign(crypto, injected);
  Object.defineProperty(globalThis.crypto, "getRandomValues", { value: fill });
  Object.defineProperty(globalThis.crypto, "randomUUID", { value: randomUUID });
  // `node:crypto` hands on Web Crypto's own `getRandomValues`, the new one too.
  syncBuiltinESMExports();
  Math.random = fraction;
};
