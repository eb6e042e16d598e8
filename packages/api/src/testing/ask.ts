import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape } from "@trpc/server";
import type { RequestFacts } from "../context.ts";
import type { ErrorData } from "../errors.ts";
import { appRouter } from "../root.ts";
import type { Services } from "../services.ts";
import { contextFor, type Who } from "./caller-for.ts";
import { proceduresByPath } from "./procedures-by-path.ts";

/** An error as a client gets it. */
export interface ErrorAnswer {
  readonly code: number;
  readonly message: string;
  readonly data: ErrorData;
}

/** What a client gets: JSON, of which one half is there. */
export interface Answer {
  readonly data?: unknown;
  readonly error?: ErrorAnswer;
}

/** Calls the procedure at a path, and answers what would travel to a client: data or error, as JSON has it. */
export const ask = async (
  services: Services,
  who: Who,
  path: string,
  input?: unknown,
  facts?: Partial<RequestFacts>,
): Promise<Answer> => {
  const ctx = contextFor(services, who, facts);
  const type = proceduresByPath[path]?._def.type ?? "query";
  const about = { path, type, ctx };
  try {
    const getRawInput = () => Promise.resolve(input);
    const call = { ...about, router: appRouter, getRawInput, signal: undefined, batchIndex: 0 };
    return asJson({ data: await (callTRPCProcedure(call) as Promise<unknown>) });
  } catch (thrown) {
    const error = getTRPCErrorFromUnknown(thrown);
    return asJson({ error: getTRPCErrorShape({ ...about, config: appRouter._def._config, error, input }) });
  }
};

const asJson = (value: unknown): Answer => JSON.parse(JSON.stringify(value)) as Answer;
