import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { installInputMessages } from "./input-message.ts";
import { password } from "./user.ts";

const before = z.config().customError;
beforeAll(() => installInputMessages());
afterAll(() => {
  z.config({ customError: before });
});

const messageOf = (schema: z.ZodType, input: unknown) => schema.safeParse(input).error?.issues[0]?.message;

test("a message ends with what was seen", () => {
  expect(messageOf(z.string().min(1), "")).toBe(
    'Too small: expected string to have >=1 characters, got "" (0 characters)',
  );
  expect(messageOf(z.string(), undefined)).toBe("Invalid input: expected string, got nothing");
  expect(messageOf(z.string(), [1, 2])).toMatch(/, got an array of 2$/);
  expect(messageOf(z.string(), { a: 1 })).toMatch(/, got an object with 1 keys$/);
  expect(messageOf(z.string(), 5)).toBe("Invalid input: expected string, got 5");
  expect(messageOf(z.uuid(), "7")).toBe('Invalid UUID, got "7" (1 character)');
  expect(messageOf(z.number().max(5), 7)).toMatch(/, got 7$/);
});

test("what was seen is shortened to 40 characters", () => {
  expect(messageOf(z.string().max(5), "x".repeat(1000))).toContain(`got "${"x".repeat(40)}" (1000 characters)`);
});

test("a schema's own message takes precedence, so that a password is never shown", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 9 }), fc.string({ minLength: 201, maxLength: 300 }), fc.integer()),
      (bad) => {
        expect(messageOf(password, bad)).toBe("password must be 10 to 200 characters");
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

test("no message shows what is inside an object or a list", () => {
  const hidden = z.object({ password, nested: z.object({ token: z.string() }) });
  const result = hidden.safeParse({ password: ["hunter2"], nested: ["hunter2", { token: "hunter2" }] });
  expect(JSON.stringify(result.error?.issues)).not.toContain("hunter2");
});

test("no message shows text that stands where an object belongs", () => {
  const result = z.strictObject({ password }).safeParse("hunter2");
  expect(result.error?.issues[0]?.message).toMatch(/expected object, got text of 7 characters$/);
});
