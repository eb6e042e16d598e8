import { TRPCError } from "@trpc/server";
import type { Request } from "express";
import { readBody } from "./read-body.ts";
import type { SingleCall } from "./single-call.ts";

/** The input of a call: read when it is asked for, and once. */
export interface CallInput {
  /** Rejects with BAD_REQUEST for what is no JSON, or no batch of one, and as `readBody`. */
  readonly read: () => Promise<unknown>;
  /** What was read so far. */
  readonly result: () => unknown;
}

/** Takes the input of a call from the URL or the body, of which at most so many bytes are read. */
export const createCallInput = (call: SingleCall, request: Request, bodyBytesMax: number): CallInput => {
  let reading: Promise<unknown> | undefined;
  let value: unknown;
  const read = async () => {
    const text = call.inputInUrl ?? (await readBody(request, bodyBytesMax));
    const parsed = text === "" ? undefined : parse(text);
    value = call.isBatch && parsed !== undefined ? firstOf(parsed) : parsed;
    return value;
  };
  return { read: () => (reading ??= read()), result: () => value };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: "BAD_REQUEST", cause });
  }
};

/** A batch has its inputs by their place. */
const firstOf = (inputs: unknown): unknown => {
  if (typeof inputs === "object" && inputs !== null && !Array.isArray(inputs)) return (inputs as { 0?: unknown })[0];
  const message = '"input" needs to be an object when doing a batch call';
  throw new TRPCError({ code: "BAD_REQUEST", message });
};
