import { hash, verify } from "@node-rs/argon2";
import { beforeEach, expect, test, vi } from "vitest";
import { concurrencyMax, createPasswords, PasswordQueueFullError, waitingMax } from "./password.ts";

vi.mock("@node-rs/argon2", { spy: true });

const passwords = createPasswords();
let running = 0;
let runningMax = 0;

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Holds every hash until the returned function is called. */
const holdHashes = () => {
  const gate = Promise.withResolvers<void>();
  vi.mocked(hash).mockImplementation(async () => {
    runningMax = Math.max(runningMax, ++running);
    await gate.promise;
    running--;
    return "held";
  });
  return gate.resolve;
};

beforeEach(() => {
  vi.mocked(hash).mockReset();
  vi.mocked(verify).mockReset();
  running = 0;
  runningMax = 0;
});

test("an unknown address and a damaged hash cost what a known address costs: one hash of today's strength", async () => {
  const stored = await passwords.hash("right");
  const [[, options] = []] = vi.mocked(hash).mock.calls;
  const { salt: _, ...today } = options ?? {};
  for (const unusable of [null, "damaged", stored.replace("m=65536", "m=4294967295")]) {
    vi.mocked(hash).mockClear();
    await passwords.verify(unusable, "wrong");
    expect(vi.mocked(hash).mock.calls).toEqual([["wrong", today]]);
  }
  expect(verify).not.toHaveBeenCalled();
  vi.mocked(hash).mockClear();
  await passwords.verify(stored, "wrong");
  expect(verify).toHaveBeenCalledExactlyOnceWith(stored, "wrong");
  expect(hash).not.toHaveBeenCalled();
});

test("two hashes run at once and no more, hashing and verifying counted together", async () => {
  const release = holdHashes();
  const work = [1, 2, 3, 4].flatMap((n) => [passwords.hash(`${n}`), passwords.verify(null, `${n}`)]);
  await settled();
  expect(running).toBe(concurrencyMax);
  release();
  await Promise.all(work);
  expect(runningMax).toBe(concurrencyMax);
  expect(hash).toHaveBeenCalledTimes(work.length);
});

test("beyond 64 waiting a caller is told to come back, and everyone who waited is served", async () => {
  const release = holdHashes();
  const accepted = Array.from({ length: concurrencyMax + waitingMax }, (_, n) => passwords.hash(`${n}`));
  const refused = [passwords.hash("late"), passwords.verify(null, "late")];
  for (const late of refused) {
    await expect(late).rejects.toThrow(PasswordQueueFullError);
    await expect(late).rejects.toMatchObject({ reason: "auth/busy", kind: "unavailable" });
  }
  release();
  expect(await Promise.all(accepted)).toHaveLength(concurrencyMax + waitingMax);
  expect(await passwords.hash("again")).toBe("held");
});

test("a failure of argon2 itself reaches the caller and frees its place", async () => {
  vi.mocked(hash).mockRejectedValue(new Error("out of memory"));
  const failures = Array.from({ length: concurrencyMax + 1 }, () => passwords.verify(null, "any"));
  for (const failure of failures) await expect(failure).rejects.toThrow("out of memory");
});
