import { expect, test } from "vitest";
import { BurstCounter } from "./burst-counter.ts";

const countOf = (...messages: ("client" | "server")[]): number => {
  const counter = new BurstCounter();
  for (const from of messages)
    if (from === "client") counter.fromClient();
    else counter.fromServer();
  return counter.count;
};

test("statements that are sent together are one round trip", () => {
  expect(countOf("client", "client", "client", "server", "server")).toBe(1);
});

test("each statement that waits for the one before is another", () => {
  expect(countOf("client", "server", "client", "server", "server", "client", "server")).toBe(3);
});

test("what the server says by itself, and what it has yet to answer, is none", () => {
  expect(countOf("server", "client")).toBe(0);
});
