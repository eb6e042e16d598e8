import { expect, test } from "vitest";
import { enteredKeyOf } from "./tenant-connection.ts";

test("of a transaction that no API key has entered, nobody is told to act", () => {
  for (const transaction of [undefined, {}])
    expect(() => enteredKeyOf(transaction)).toThrow("no API key has entered this transaction");
});
