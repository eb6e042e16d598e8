import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { NoTenantError, NotFoundError, StaleVersionError } from "./errors.ts";
import { createNewId, idOf, tenantId, type AnyId, type IdOf, type TenantId } from "./ids.ts";

test("ids are UUIDs of version 7, and a newer one sorts after an older one", () => {
  const newId = createNewId();
  const ids = Array.from({ length: 1000 }, () => newId<TenantId>());
  for (const id of ids) expect(tenantId.parse(id)).toBe(id);
  expect(ids.every((id) => id[14] === "7")).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(1000);
});

/** The 32 bits after the millisecond, between which version and variant stand: where a counter would be (RFC 9562, section 6.2). */
const after = (id: string) =>
  Number.parseInt(id.slice(15, 18), 16) * 2 ** 20 +
  ((Number.parseInt(id.slice(19, 23) + id.slice(24, 26), 16) % 2 ** 22) >>> 2);

test.each([
  ["", (ms: number) => ms],
  [", also while the clock goes back", (ms: number) => ms - 60_000],
])("ids tell nothing of how many others were made between them%s", (_, clock) => {
  const newId = createNewId();
  newId();
  const real = Date.now.bind(Date);
  const now = vi.spyOn(Date, "now").mockImplementation(() => clock(real()));
  const distances: number[] = [];
  for (const others of [0, 1, 2, 5].flatMap((count) => Array.from({ length: 100 }, () => count))) {
    const before = newId();
    for (let other = 0; other < others; other++) newId();
    distances.push(after(newId()) - after(before));
  }
  now.mockRestore();
  // By chance one in a hundred thousand is.
  expect(distances.filter((distance) => distance > 0 && distance < 10).length).toBeLessThan(5);
});

test("an id defined anywhere is a UUID, counts as an id, and is none of another noun nor a bare string", () => {
  const invoiceId = idOf<"InvoiceId">();
  const id: IdOf<"InvoiceId"> = invoiceId.parse("0190f3b0-0000-7000-8000-000000000000");
  const any: AnyId = id;
  // @ts-expect-error -- an invoice's id where a tenant's is asked for
  const tenant: TenantId = id;
  // @ts-expect-error -- a string that names nothing
  const bare: AnyId = "0190f3b0-0000-7000-8000-000000000000";
  expect([any, tenant, bare]).toEqual([id, id, id]);
  expect(invoiceId.safeParse("invoice-1").success).toBe(false);
});

const at = (ms: number) => createNewId({ clock: () => ms, random: () => new Uint8Array(16).fill(7) })<TenantId>();

test("ids from a given clock and random source are the same in every run, and sort by the clock", () => {
  const clock = fc.integer({ min: 0, max: 2 ** 47 });
  fc.assert(
    fc.property(clock, clock, (one, other) => {
      expect(at(one)).toBe(at(one));
      expect(at(one) < at(other)).toBe(one < other);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("errors name the noun and the rule, and nothing of the row", () => {
  expect(new NotFoundError("documents")).toMatchObject({ kind: "not-found", reason: "documents/not-found" });
  expect(new StaleVersionError("documents", 3)).toMatchObject({ kind: "conflict", reason: "documents/stale-version" });
  expect(new NoTenantError("a query of documents").message).toBe("a query of documents needs a tenant: use withTenant");
});
