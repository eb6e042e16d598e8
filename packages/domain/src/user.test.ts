import * as fc from "fast-check";
import { expect, test } from "vitest";
import { email, emailLengthMax } from "./email.ts";
import { password, preferences, username, usernameFor } from "./user.ts";

test("an e-mail address is trimmed and put in lower case", () => {
  expect(email.parse("  Ada.Lovelace+x@Example.COM ")).toBe("ada.lovelace+x@example.com");
});

test.each([
  "",
  "ada",
  "@example.com",
  "ada@",
  "ada@@example.com",
  "ada @example.com",
  "ada@example",
  "ada@example.com\n.de",
  "ada\0@example.com",
  "ädä@example.com",
  `${"a".repeat(emailLengthMax)}@example.com`,
])("%j is no e-mail address", (address) => {
  expect(email.safeParse(address).success).toBe(false);
});

test("to parse an address again changes nothing, and it is the same in lower case", () => {
  fc.assert(
    fc.property(fc.emailAddress(), (address) => {
      const parsed = email.safeParse(address);
      if (!parsed.success) return;
      expect(email.parse(parsed.data)).toBe(parsed.data);
      expect(parsed.data.toLowerCase()).toBe(parsed.data);
      expect(parsed.data.length).toBeLessThanOrEqual(emailLengthMax);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test.each([
  ["ada@example.com", "ada"],
  ["Ada.Lovelace+x@example.com", "ada.lovelace-x"],
  ["_ada_@example.com", "ada"],
  ["+++@example.com", "user"],
  ["", "user"],
  ["ÄÖÜ@example.com", "user"],
  [`${"a".repeat(63)}.b@example.com`, "a".repeat(63)],
])("the username for %j is %s", (address, expected) => {
  expect(usernameFor(address)).toBe(expected);
});

test("any address whatever yields a username that is valid as it stands", () => {
  const text = fc.oneof(
    fc.emailAddress(),
    fc.string({ maxLength: 100 }),
    fc.string({ unit: fc.constantFrom(".", "_", "-", "@", "a", "0", "İ", "ß"), maxLength: 80 }),
  );
  fc.assert(
    fc.property(text, (address) => {
      const made = usernameFor(address);
      expect(username.parse(made)).toBe(made);
    }),
    { numRuns: 3000, seed: 1 },
  );
});

test.each(["", "-ada", "ada-", ".ada", "a da", "a@b", "ädä", "a".repeat(65), "a\0b", "a\nb"])(
  "%j is no username",
  (name) => {
    expect(username.safeParse(name).success).toBe(false);
  },
);

test("a password has 10 to 200 characters, and no message shows it", () => {
  expect(password.safeParse("x".repeat(10)).success).toBe(true);
  expect(password.safeParse("x".repeat(200)).success).toBe(true);
  for (const bad of ["secret-19", "secret".repeat(40), 42, null, undefined, { secret: 1 }]) {
    const { error } = password.safeParse(bad);
    expect(error?.message).toContain("password must be 10 to 200 characters");
    expect(error?.message).not.toContain("secret");
  }
});

test("preferences take what is known, each optional, and refuse an unknown key", () => {
  expect(preferences.parse({})).toEqual({});
  const full = { theme: "dark", locale: "de-CH", timeZone: "Europe/Zurich" };
  expect(preferences.parse(full)).toEqual(full);
  for (const bad of [{ them: "dark" }, { theme: "pink" }, { locale: "german" }, []])
    expect(preferences.safeParse(bad).success).toBe(false);
});

test("a preferred time zone is one that exists", () => {
  for (const timeZone of ["UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
    expect(preferences.parse({ timeZone })).toEqual({ timeZone });
  for (const timeZone of ["", "Mars/Olympus", "+01:00", "Europe/Stockholm ", `Europe/${"x".repeat(60)}`, "\0"])
    expect([timeZone, preferences.safeParse({ timeZone }).success]).toEqual([timeZone, false]);
});
