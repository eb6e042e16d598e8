import { TRPCError } from "@trpc/server";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { prove } from "../src/prove.ts";
import { reportHtml } from "../src/report.ts";
import { idInput, mine, notFound, ownOf, procedure, router, theirs, tinyProof } from "./tiny.ts";

const byOwnId = { own: { id: mine.note }, other: { id: theirs.note } };
const textInput = z.strictObject({ text: z.string() });
const own = { own: { text: "made" } };

const byId = procedure.input(idInput).query(({ ctx, input }) => {
  const found = ownOf(ctx).find(({ id }) => id === input.id);
  if (found === undefined) throw notFound();
  return found;
});
const list = procedure.query(({ ctx }) => ownOf(ctx));
const create = procedure.input(textInput).mutation(({ ctx, input }) => {
  const note = { tenant: ctx.tenant, id: mine.tenant, text: input.text };
  ctx.store.notes.push(note);
  return note;
});

test("a router that keeps tenants apart is found to, with every procedure reached and every change compared", async () => {
  const proof = await prove(tinyProof(router({ byId, list, create }), { byId: byOwnId, create: own }));
  expect(proof).toMatchObject({ holds: true, faults: [] });
  expect(proof.procedures.map(({ path, changed }) => [path, changed > 0])).toEqual([
    ["byId", false],
    ["list", false],
    ["create", true],
  ]);
  const places = proof.procedures.flatMap(({ path, places: all }) => all.map(({ place }) => `${path} ${place}`));
  expect(places).toEqual(
    expect.arrayContaining(["byId valid", "byId id", "byId header x-request-id", "create text", "list valid"]),
  );
});

const find = procedure.input(idInput);
/** A list that answers all tenants' rows for some of its inputs. */
const optional = (shape: z.ZodRawShape, isLeaking: (input: Record<string, unknown>) => boolean) =>
  procedure
    .input(z.strictObject(shape).partial())
    .query(({ ctx, input }) => (isLeaking(input as Record<string, unknown>) ? ctx.store.notes : ownOf(ctx)));
const leaks = {
  "another message for a row that exists": [
    find.query(({ ctx, input }) => {
      if (ownOf(ctx).some(({ id }) => id === input.id)) return "mine";
      throw notFound(ctx.store.notes.some(({ id }) => id === input.id) ? "not yours" : "no such note");
    }),
    byOwnId,
    "body",
  ],
  "another code for a row that exists": [
    find.query(({ ctx, input }) => {
      if (ownOf(ctx).some(({ id }) => id === input.id)) return "mine";
      if (ctx.store.notes.some(({ id }) => id === input.id)) throw new Error("forbidden");
      throw notFound();
    }),
    byOwnId,
    "status",
  ],
  "a row of the other": [
    find.query(({ ctx, input }) => ctx.store.notes.find(({ id }) => id === input.id) ?? null),
    byOwnId,
    "trace",
  ],
  "a total over all tenants": [
    procedure.query(({ ctx }) => ({ items: ownOf(ctx), total: ctx.store.notes.length })),
    undefined,
    "body",
  ],
  "an order that depends on others": [
    procedure.query(({ ctx }) => (ctx.store.notes.length > 1 ? ["b", "a"] : ["a", "b"])),
    undefined,
    "body",
  ],
  "a cursor that holds another's id": [
    procedure.query(({ ctx }) => ({
      nextCursor: Buffer.from(JSON.stringify([ctx.store.notes[0]?.id])).toString("base64url"),
    })),
    undefined,
    "trace",
  ],
  "a header that counts": [
    procedure.query(({ ctx }) => {
      ctx.headers.set("x-total", String(ctx.store.notes.length));
      return "fine";
    }),
    undefined,
    "headers",
  ],
  "a gap in a sequence": [procedure.mutation(({ ctx }) => ({ number: ctx.store.sequence + 1 })), undefined, "body"],
  "a unique key over all tenants": [
    procedure.input(textInput).mutation(({ ctx, input }) => {
      if (ctx.store.notes.some(({ text }) => text === input.text)) throw new Error("taken");
      return "made";
    }),
    own,
    "status",
  ],
  "an answer kept from the other's call": [
    procedure.query(({ ctx }) => {
      const kept = ctx.store.cache.get("list") ?? ownOf(ctx);
      ctx.store.cache.set("list", kept);
      return kept;
    }),
    undefined,
    "trace",
  ],
  "a write into the other's rows": [
    find.mutation(({ ctx, input }) => {
      ctx.store.notes = ctx.store.notes.map((note) => (note.id === input.id ? { ...note, text: "changed" } : note));
      return "done";
    }),
    byOwnId,
    "the other tenant's rows",
  ],
  "own rows that come out otherwise": [
    procedure.mutation(({ ctx }) => {
      ctx.store.notes.push({ tenant: ctx.tenant, id: mine.tenant, text: `number ${ctx.store.notes.length}` });
      return "done";
    }),
    undefined,
    "state",
  ],
  "the other's text in own rows": [
    procedure.mutation(({ ctx }) => {
      ctx.store.notes.push({ tenant: ctx.tenant, id: mine.tenant, text: ctx.store.notes[0]?.text ?? "" });
      return "done";
    }),
    undefined,
    "trace",
  ],
  "a place deep in an input": [
    procedure
      .input(z.strictObject({ filter: z.array(z.strictObject({ noteId: z.uuid() })) }))
      .query(({ ctx, input }) => input.filter.map(({ noteId }) => ctx.store.notes.some(({ id }) => id === noteId))),
    { own: { filter: [] } },
    "body",
  ],
  "another order that forgets whose rows they are": [
    optional({ sort: z.enum(["text", "-text"]) }, ({ sort }) => sort === "-text"),
    { own: {} },
    "trace",
  ],
  "a flag that forgets it": [optional({ isOld: z.boolean() }, ({ isOld }) => isOld === false), { own: {} }, "trace"],
  "a null that forgets it": [
    optional({ parentId: z.uuid().nullable() }, ({ parentId }) => parentId === null),
    { own: {} },
    "trace",
  ],
  "a page that ends with the last own row, and tells that others follow": [
    procedure.input(z.strictObject({ limit: z.int().min(1).max(100) })).query(({ ctx, input: { limit } }) => ({
      items: ownOf(ctx).slice(0, limit),
      more: ownOf(ctx).length >= limit && ctx.store.notes.length > limit,
    })),
    { own: { limit: 5 } },
    "body",
  ],
  "a bound in time that forgets it": [
    optional({ from: z.iso.datetime() }, ({ from }) => from !== undefined),
    { own: {} },
    "trace",
  ],
  "an answer that is stored for the other's key": [
    procedure
      .input(textInput)
      .mutation(({ ctx, input }) =>
        ctx.asked["idempotency-key"] === "key-of-his" && input.text === "his text" ? ctx.store.notes : ["made"],
      ),
    { own: { text: "made" }, other: { text: "his text" }, otherHeaders: { "idempotency-key": "key-of-his" } },
    "body",
  ],
} as const;

describe.each(Object.entries(leaks))("%s", (_, [leaking, input, what]) => {
  test("is reported, with the request and both answers", async () => {
    const root = router({ leaking, list });
    const proof = await prove(tinyProof(root, input === undefined ? {} : { leaking: input }));
    expect(proof.holds).toBe(false);
    const [one, other] = proof.procedures;
    expect(one?.findings.map((finding) => finding.what)).toContain(what);
    expect(other?.findings).toEqual([]);
    expect(reportHtml({ ...proof, title: "t", at: "", versions: {}, harvested: {}, notCompared: {} })).toContain(
      "It does not hold",
    );
  });
});

test("what one call writes and the next one follows to the other tenant's row is reported", async () => {
  const link = find.mutation(({ ctx, input }) => {
    ctx.store.notes.push({ tenant: ctx.tenant, id: mine.tenant, text: `see ${input.id}` });
    return { id: mine.tenant };
  });
  const followed = (isLeaking: boolean) =>
    find.query(({ ctx, input }) => {
      const note = ownOf(ctx).find(({ id }) => id === input.id);
      return (isLeaking ? ctx.store.notes : ownOf(ctx)).find(({ id }) => note?.text === `see ${id}`)?.text ?? "nothing";
    });
  const holds = async (isLeaking: boolean) => {
    const input = { ...byOwnId, readBack: ["byId"] };
    const proof = await prove(
      tinyProof(router({ link, byId: followed(isLeaking) }), { link: input, byId: { own: { id: mine.note } } }),
    );
    return proof.procedures.map(({ path, findings }) => [path, findings.length === 0]);
  };
  expect(await holds(false)).toEqual([
    ["link", true],
    ["byId", true],
  ]);
  expect(await holds(true)).toEqual([
    ["link", false],
    ["byId", true],
  ]);
});

test("a procedure that no valid call reaches is a fault that names the input it lacks", async () => {
  const picky = procedure
    .input(z.strictObject({ code: z.string().refine((code) => code === "open sesame") }))
    .query(() => "open");
  const proof = await prove(tinyProof(router({ picky })));
  expect(proof.holds).toBe(false);
  expect(proof.procedures[0]?.faults).toEqual([
    expect.stringMatching(/picky was not reached(.|\n)*recorded input of code/),
  ]);
  const recorded = await prove(tinyProof(router({ picky }), { picky: { own: { code: "open sesame" } } }));
  expect(recorded.holds).toBe(true);
});

const isRefused = (path: string) => path.startsWith("admin");

const forOperators = (refusal: (count: number) => string) =>
  procedure.query(({ ctx }) => {
    if (!ctx.isOperator) throw new TRPCError({ code: "FORBIDDEN", message: refusal(ctx.store.notes.length) });
    return "answered";
  });

const proofAsOperator = (procedures: Parameters<typeof router>[0], hasOperator = true) => {
  const proof = tinyProof(router(procedures));
  const [member] = proof.callers;
  if (member === undefined) throw new Error("nobody calls");
  const operator = { name: "operator", headers: { ...member.headers, operator: "yes" } };
  return prove({ ...proof, callers: [{ ...member, isRefused }, ...(hasOperator ? [operator] : [])] });
};

test("a procedure for others must refuse every caller who is none of them, and is compared like any", async () => {
  const adminList = forOperators(() => "no");
  expect(await proofAsOperator({ adminList })).toMatchObject({
    holds: true,
    procedures: [{ faults: [], findings: [] }],
  });
  expect((await proofAsOperator({ adminList }, false)).procedures[0]?.faults).toEqual([
    expect.stringContaining("adminList was not reached"),
  ]);
  expect((await proofAsOperator({ adminList: list })).procedures[0]?.faults).toEqual([
    "adminList does not refuse member: 200",
  ]);
  expect((await proofAsOperator({ adminCount: forOperators((count) => `no, for ${count} reasons`) })).holds).toBe(
    false,
  );
});

const touching = (exempt: Record<string, string>) =>
  procedure
    .meta({ isolation: { exempt } })
    .input(idInput)
    .mutation(({ ctx, input }) => {
      const found = ctx.store.notes.find(({ id }) => id === input.id);
      if (found !== undefined && found.tenant !== ctx.tenant) ctx.store.notes.push({ ...found, id: "again" });
      return found?.text;
    });

const touchingProof = (exempt: Record<string, string>) =>
  prove(tinyProof(router({ it: touching(exempt) }), { it: byOwnId }));

test("what is the other tenant's may be shown and written where an exemption says exactly so, and nowhere else", async () => {
  const [reason, id] = ["it is public", { id: "it is public" }];
  expect((await touchingProof({ ...id, "id shows": reason, "id writes notes": reason })).holds).toBe(true);
  const kinds = async (exempt: Record<string, string>) =>
    new Set((await touchingProof(exempt)).procedures[0]?.findings.map(({ what }) => what));
  expect(await kinds({ ...id, "id shows": reason })).toEqual(new Set(["the other tenant's rows"]));
  expect(await kinds({ ...id, "id writes notes": reason })).toEqual(new Set(["trace"]));
  expect(await kinds({ ...id, "id shows": reason, "id writes cache": reason })).toEqual(
    new Set(["the other tenant's rows"]),
  );
});

const taken = (exempt: string | Record<string, string>) =>
  procedure
    .meta({ isolation: { exempt } })
    .input(textInput)
    .query(({ ctx, input }) => ctx.store.notes.some(({ text }) => text === input.text));

test("a difference that is exempt for a reason is counted and listed, and is no finding", async () => {
  const proof = await prove(tinyProof(router({ taken: taken({ text: "texts are public" }) }), { taken: own }));
  expect(proof.holds).toBe(true);
  expect(proof.procedures[0]?.exemptions).toEqual([{ aspect: "text", reason: "texts are public", differences: 1 }]);
});

test.each([
  ["without a reason", { text: " " }, "exempts text without a reason"],
  ["without need", { text: "texts are public", other: "for nothing" }, "exempts other without need"],
])("an exemption %s is a fault", async (_, exempt, fault) => {
  const proof = await prove(tinyProof(router({ taken: taken(exempt) }), { taken: own }));
  expect(proof.holds).toBe(false);
  expect(proof.procedures[0]?.faults).toEqual([expect.stringContaining(fault)]);
});

test("an exemption of one place allows no other, and never a trace of the other tenant", async () => {
  const leaking = procedure
    .meta({ isolation: { exempt: "everything is allowed" } })
    .query(({ ctx }) => ctx.store.notes[0]?.text);
  const proof = await prove(tinyProof(router({ leaking, byText: taken({ other: "elsewhere" }) }), { byText: own }));
  expect(proof.procedures[0]?.findings.map(({ what }) => what)).toContain("trace");
  expect(proof.procedures[1]?.findings.map(({ aspect }) => aspect)).toContain("text");
});

test("it stops at the first difference if told to, and calls what it is told to alone", async () => {
  const [leaking] = leaks["a total over all tenants"];
  const root = router({ leaking, list });
  expect((await prove({ ...tinyProof(root), stopAtFirst: true })).procedures).toHaveLength(1);
  expect(await prove({ ...tinyProof(root), only: ["list"] })).toMatchObject({
    holds: true,
    procedures: [{ path: "list" }],
  });
  expect(await prove({ ...tinyProof(root), only: ["lists"] })).toMatchObject({
    holds: false,
    faults: ["no procedure is called lists"],
  });
});
