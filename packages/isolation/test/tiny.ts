import { initTRPC, TRPCError, callTRPCProcedure, getTRPCErrorFromUnknown, type AnyTRPCRouter } from "@trpc/server";
import { z } from "zod";
import type { IsolationMeta } from "../src/procedures.ts";
import type { ProveOptions } from "../src/prove.ts";
import type { Call, Outcome, World } from "../src/world.ts";

interface Note {
  readonly tenant: string;
  readonly id: string;
  readonly text: string;
}

/** All that the tiny application has; a leak in it looks where it must not. */
export interface Store {
  notes: Note[];
  /** Counts over all tenants. */
  sequence: number;
  cache: Map<string, unknown>;
}

/** What a procedure of the tiny application works with. */
interface Context {
  readonly tenant: string;
  readonly store: Store;
  readonly headers: Map<string, string>;
  /** The request's. */
  readonly asked: Readonly<Record<string, string>>;
  readonly isOperator: boolean;
}

const t = initTRPC.context<Context>().meta<IsolationMeta>().create({ isDev: false });
export const { router } = t;
export const procedure = t.procedure;

const id = (digit: number) => `0190a000-0000-7000-8000-${String(digit).padStart(12, "0")}`;
export const mine = { tenant: id(1), note: id(11) };
export const theirs = { tenant: id(2), note: id(22), text: "canary-of-the-other" };

export const idInput = z.strictObject({ id: z.uuid() });
export const ownOf = ({ store, tenant }: Context) => store.notes.filter((note) => note.tenant === tenant);
export const notFound = (message = "no such note") => new TRPCError({ code: "NOT_FOUND", message });

const makeStore = (hasOther: boolean): Store => ({
  notes: [
    ...(hasOther ? [{ tenant: theirs.tenant, id: theirs.note, text: theirs.text }] : []),
    { tenant: mine.tenant, id: mine.note, text: "my note" },
  ],
  sequence: hasOther ? 7 : 3,
  cache: new Map(),
});

const rows = (store: Store, isOther: boolean): string[] =>
  store.notes.filter(({ tenant }) => (tenant === theirs.tenant) === isOther).map((note) => JSON.stringify(note));

const statuses: Readonly<Record<string, number>> = { NOT_FOUND: 404, FORBIDDEN: 403 };

/** A world whose database is an object: each call begins at the same one, but for what a process keeps. */
const makeWorld = (root: AnyTRPCRouter, hasOther: boolean): World => {
  const { cache } = makeStore(hasOther);
  const run = async (call: Call): Promise<Outcome> => {
    const before = makeStore(hasOther);
    const store = { ...makeStore(hasOther), cache };
    const headers = new Map<string, string>();
    const ctx = {
      tenant: call.headers["tenant"] ?? "",
      store,
      headers,
      asked: call.headers,
      isOperator: "operator" in call.headers,
    };
    const ask = (path: string, type: Call["type"], input: unknown) =>
      callTRPCProcedure({
        router: root,
        path,
        type,
        ctx,
        getRawInput: () => Promise.resolve(input),
        signal: undefined,
        batchIndex: 0,
      }).then(
        (data: unknown) => ({ status: 200, body: JSON.stringify({ data }) }),
        (thrown: unknown) => {
          const { code, message } = getTRPCErrorFromUnknown(thrown);
          return { status: statuses[code] ?? 400, body: JSON.stringify({ code, message }) };
        },
      );
    const answer = await ask(call.procedure, call.type, call.input);
    const { data } = JSON.parse(answer.body) as { data?: { id?: string } };
    const seen: string[] = [];
    for (const path of call.readBack ?? []) seen.push((await ask(path, "query", { id: data?.id })).body);
    return {
      answer: { ...answer, headers: [...headers].flat() },
      changes: [...rows(store, false).filter((row) => !rows(before, false).includes(row)), ...seen],
      otherChanges: rows(store, true).join() === rows(before, true).join() ? [] : ["notes"],
    };
  };
  return {
    run: async (calls) => {
      const outcomes: Outcome[] = [];
      for (const call of calls) outcomes.push(await run(call));
      return outcomes;
    },
  };
};

/** What it takes to prove a tiny router. */
export const tinyProof = (root: AnyTRPCRouter, inputs: ProveOptions["inputs"] = {}): ProveOptions => ({
  router: root,
  withOther: makeWorld(root, true),
  withoutOther: makeWorld(root, false),
  callers: [{ name: "member", headers: { tenant: mine.tenant } }],
  other: { headers: { tenant: theirs.tenant } },
  inputs,
  values: [
    { kind: "notes.tenant", room: "uuid", value: theirs.tenant },
    { kind: "notes.id", room: "uuid", value: theirs.note },
    { kind: "notes.text", room: "text", value: theirs.text },
  ],
  headers: ["x-request-id"],
});
