import { expect, test } from "vitest";
import { type Answer, ResponseParser } from "./response-parser.ts";

const withLength = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
const chunked =
  "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

const read = (...parts: string[]): (Answer | undefined)[] => {
  const parser = new ResponseParser({ keepsBody: true });
  return parts.map((part) => parser.push(Buffer.from(part)));
};

test.each([
  ["with a length", withLength, 200],
  ["in chunks", chunked, 201],
])("an answer %s is the same wherever the network cuts it", (_, text, status) => {
  for (let cut = 1; cut < text.length; cut++) {
    const [first, second] = read(text.slice(0, cut), text.slice(cut));
    expect(first).toBeUndefined();
    expect(second).toMatchObject({ status, sizeBytes: 5 });
    expect(second?.body.toString()).toBe("hello");
  }
});

test("an answer is whole with its last byte, and not before", () => {
  const answers = read(...chunked.split(""));
  expect(answers.slice(0, -1).filter((answer) => answer !== undefined)).toEqual([]);
  expect(answers.at(-1)).toMatchObject({ status: 201, sizeBytes: 5 });
});

test("the next answer on the connection owes nothing to the last", () => {
  const [one, other, third] = read(chunked, withLength, "HTTP/1.1 204 No Content\r\n\r\n");
  expect(one).toMatchObject({ status: 201, sizeBytes: 5 });
  expect(other).toMatchObject({ status: 200, sizeBytes: 5 });
  expect(third).toMatchObject({ status: 204, sizeBytes: 0 });
});

test("bodies are counted but not kept unless somebody wants them", () => {
  const answer = new ResponseParser().push(Buffer.from(withLength));
  expect(answer).toMatchObject({ sizeBytes: 5, body: Buffer.alloc(0) });
});

test.each([
  ["ends with the connection", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "without a length"],
  ["is of another protocol", "SSH-2.0-OpenSSH\r\n\r\n", "not an answer"],
  ["is followed by one that nobody asked for", withLength + withLength, "more than was asked"],
  ["has a chunk of no size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n", "chunk without a size"],
])("what %s is refused", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});
