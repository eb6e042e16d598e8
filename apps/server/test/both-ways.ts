import { afterAll, expect, vi } from "vitest";
import { exchange, forAdapter, statusOf, type WireRequest } from "./wire.ts";

/** How a request was answered both ways. */
export interface BothWays {
  /** The bytes of the answer. */
  readonly answer: string;
  readonly status: number;
  /** Whether tRPC's adapter was left out as it is asked, and took part where it has to. */
  readonly isLean: boolean;
}

/**
 * Makes the test that an answer is the same without tRPC's adapter: sends requests to the first server as they are, and to the second one
 * in a form that is left to the adapter, and expects the same bytes. Both may be one server, for what changes nothing. Call it at the
 * top of the file.
 */
export const createBothWays = (url: string, otherUrl: string): ((...requests: WireRequest[]) => Promise<BothWays>) => {
  let adapted = 0;
  // The adapter makes a Fetch request of each that it answers, and nothing else does.
  class CountedRequest extends Request {
    constructor(...given: ConstructorParameters<typeof Request>) {
      super(...given);
      adapted++;
    }
  }
  vi.stubGlobal("Request", CountedRequest);
  afterAll(() => vi.unstubAllGlobals());
  return async (...requests) => {
    adapted = 0;
    const answer = await exchange(url, ...requests);
    const adaptedFirst = adapted;
    const other = await exchange(otherUrl, ...requests.map(forAdapter));
    expect(answer).toBe(other);
    const isLean = adaptedFirst === 0 && adapted === requests.length;
    return { answer, status: statusOf(answer), isLean };
  };
};
