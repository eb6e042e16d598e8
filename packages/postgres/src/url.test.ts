import { expect, test } from "vitest";
import { withCredentials, withDatabase } from "./url.ts";

test("another database keeps the server, the credentials and the parameters", () => {
  expect(withDatabase("postgres://me:pw@host:5433/old?sslmode=require", "new one")).toBe(
    "postgres://me:pw@host:5433/new%20one?sslmode=require",
  );
});

test("credentials survive the characters that mean something in a URL", () => {
  const url = new URL(withCredentials("postgres://host:1/db", "a@b", "p:/%?#"));
  expect([url.username, url.password].map(decodeURIComponent)).toEqual(["a@b", "p:/%?#"]);
  expect([url.host, url.pathname]).toEqual(["host:1", "/db"]);
});
