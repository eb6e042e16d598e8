import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { initTRPC, TRPCError } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express, { type Request } from "express";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { answerSingleCalls } from "../src/answer-single-calls.ts";
import { createBothWays } from "./both-ways.ts";

const t = initTRPC.context<{ user: string }>().create({ isDev: false });

const fault = (cause: unknown) => () => {
  throw cause;
};

async function* bitByBit() {
  yield await Promise.resolve(1);
}

/** What no procedure of the server does today. */
const router = t.router({
  nothing: t.procedure.query(() => undefined),
  null: t.procedure.query(() => null),
  list: t.procedure.query(() => [Promise.resolve(1), undefined, Number.NaN]),
  date: t.procedure.query(() => ({ at: new Date(0), left: undefined })),
  asDefined: t.procedure.query(() => ({ toJSON: () => "of its own" })),
  unwritable: t.procedure.query(() => ({ much: 1n })),
  later: t.procedure.query(() => ({ soon: Promise.resolve(1) })),
  stream: t.procedure.query(bitByBit),
  partly: t.procedure.query(() => ({
    rows: bitByBit(),
  })),
  text: t.procedure.query(fault("a text")),
  object: t.procedure.query(fault({ message: "an object", status: 7 })),
  error: t.procedure.query(fault(new TypeError("an error"))),
  teapot: t.procedure.query(fault(new TRPCError({ code: "PRECONDITION_FAILED", message: "a teapot" }))),
  twice: t.procedure
    .input(z.object({ a: z.number() }))
    .input(z.object({ b: z.number() }))
    .mutation(({ input, ctx }) => ({ ...input, ctx })),
  isAborted: t.procedure.query(({ signal, path }) => ({ isAborted: signal?.aborted, path })),
  nested: t.router({ deeply: t.router({ here: t.procedure.input(z.unknown()).query(({ input }) => ({ input })) }) }),
});

const errors: [string, string | undefined][] = [];
const createContext = ({ headers }: Request) => {
  if (headers["x-fault"] !== undefined) throw new Error("no context");
  return { user: "somebody" };
};
const app = express().disable("x-powered-by");
const protocol = { router, maxBodySize: 1000 };
app.use(
  "/trpc",
  answerSingleCalls({
    ...protocol,
    answerHeaders: () => [],
    createContext,
    onError: (error, path) => void errors.push([error.message, path]),
  }),
  createExpressMiddleware({
    ...protocol,
    allowMethodOverride: true,
    createContext: ({ req }) => createContext(req),
    onError: ({ error, path }) => void errors.push([error.message, path]),
  }),
);
const server = app.listen(0, "127.0.0.1");
afterAll(() => server.close());
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const bothWays = createBothWays(url, url);

const json = { "content-type": "application/json" };
const inputs = [undefined, "", "null", "0", '"x"', "[]", '{"a":1,"b":2}', '{"0":{"a":1,"b":2},"1":3}', '{"a":1}', "{"];

test.each(Object.keys(router._def.procedures))(
  "%s answers the same bytes, and reports the same errors",
  async (path) => {
    for (const query of ["", "?batch=1"]) {
      for (const body of inputs) {
        errors.length = 0;
        const { isLean } = await bothWays({ method: "POST", target: `/trpc/${path}${query}`, headers: json, body });
        expect(isLean).toBe(true);
        // Of a stream in a batch the adapter reports nothing.
        const [first, second = first] = errors;
        expect(first).toEqual(second);
      }
    }
  },
);

test("a context that cannot be made answers the same bytes", async () => {
  const request = { method: "GET", target: "/trpc/null", headers: { "x-fault": "1" } };
  expect(await bothWays(request)).toMatchObject({ status: 500, isLean: true });
});
