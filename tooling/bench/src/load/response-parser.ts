/** What is known of an answer once it is whole. */
export interface Answer {
  readonly status: number;
  /** Bytes of the body, without what chunks it. */
  readonly sizeBytes: number;
  /** Empty unless the parser keeps bodies. */
  readonly body: Buffer;
}

const headEnd = Buffer.from("\r\n\r\n");
const lineEnd = Buffer.from("\r\n");
const nothing = Buffer.alloc(0);

/**
 * Reads HTTP/1.1 answers off a kept-alive connection, one at a time, by Content-Length or chunks (RFC 9112 section 6). Knows as much of HTTP as
 * a load generator needs: answers that end with the connection are refused.
 */
export class ResponseParser {
  readonly #keepsBody: boolean;
  #pending: Buffer = nothing;
  #status = 0;
  /** What comes next; "size" is the line before a chunk, "trailer" what follows the last. */
  #expects: "head" | "body" | "size" | "chunk" | "trailer" = "head";
  /** Bytes of the body or chunk that have yet to come. */
  #missing = 0;
  #sizeBytes = 0;
  #parts: Buffer[] = [];

  constructor({ keepsBody = false } = {}) {
    this.#keepsBody = keepsBody;
  }

  /** Takes what has arrived; answers the whole answer with its last byte. Throws on what it cannot read. */
  push(bytes: Buffer): Answer | undefined {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const step = this.#step();
      if (step === "whole") return this.#finish();
      if (step === "more") return undefined;
    }
  }

  #step(): "go on" | "more" | "whole" {
    if (this.#expects === "head") return this.#head();
    if (this.#expects === "size") return this.#chunkSize();
    if (this.#expects === "trailer") return this.#trailer();
    return this.#content();
  }

  #head(): "go on" | "more" {
    const end = this.#pending.indexOf(headEnd);
    if (end === -1) return "more";
    const head = this.#pending.toString("latin1", 0, end);
    if (!/^HTTP\/1\.1 \d{3}/.test(head)) throw new Error(`not an answer of HTTP/1.1: ${head.slice(0, 40)}`);
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) this.#expectContent("body", Number(length));
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#expects = "size";
    else if (this.#status === 204 || this.#status === 304) this.#expectContent("body", 0);
    else throw new Error(`an answer without a length: ${head.slice(0, 40)}`);
    this.#pending = this.#pending.subarray(end + headEnd.length);
    return "go on";
  }

  #chunkSize(): "go on" | "more" {
    const end = this.#pending.indexOf(lineEnd);
    if (end === -1) return "more";
    const size = Number.parseInt(this.#pending.toString("latin1", 0, end), 16);
    if (!(size >= 0)) throw new Error("a chunk without a size");
    this.#pending = this.#pending.subarray(end + lineEnd.length);
    if (size === 0) this.#expects = "trailer";
    else this.#expectContent("chunk", size);
    return "go on";
  }

  #content(): "go on" | "more" | "whole" {
    const taken = this.#pending.subarray(0, this.#missing);
    this.#sizeBytes += taken.length;
    this.#missing -= taken.length;
    if (this.#keepsBody && taken.length > 0) this.#parts.push(taken);
    this.#pending = this.#pending.subarray(taken.length);
    if (this.#missing > 0) return "more";
    if (this.#expects === "body") return "whole";
    if (this.#pending.length < lineEnd.length) return "more";
    this.#pending = this.#pending.subarray(lineEnd.length);
    this.#expects = "size";
    return "go on";
  }

  #trailer(): "go on" | "more" | "whole" {
    const end = this.#pending.indexOf(lineEnd);
    if (end === -1) return "more";
    this.#pending = this.#pending.subarray(end + lineEnd.length);
    return end === 0 ? "whole" : "go on";
  }

  #expectContent(what: "body" | "chunk", sizeBytes: number): void {
    this.#expects = what;
    this.#missing = sizeBytes;
  }

  #finish(): Answer {
    const answer = { status: this.#status, sizeBytes: this.#sizeBytes, body: Buffer.concat(this.#parts) };
    if (this.#pending.length > 0) throw new Error("the connection said more than was asked");
    this.#expects = "head";
    this.#sizeBytes = 0;
    this.#parts = [];
    return answer;
  }
}
