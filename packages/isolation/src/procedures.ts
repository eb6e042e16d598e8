import { z } from "zod";

/** What a procedure declares in its `meta`; a reason alone exempts it wholly, reasons by aspect exempt those aspects. */
export interface IsolationMeta {
  readonly isolation?: { readonly exempt: string | Readonly<Record<string, string>> };
}

/** A procedure of the root router. */
export interface Procedure {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  /** JSON Schema of what goes in; one that allows nothing but absence for a procedure without input. */
  readonly schema: JsonSchema;
  /**
   * Why differences are allowed, by aspect; `*` is every aspect. Neither allows that an answer holds what is the other tenant's, nor that
   * his rows change: that takes `<aspect> shows` and `<aspect> writes <tables, with commas>`.
   */
  readonly exempt: Readonly<Record<string, string>>;
}

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Any router of tRPC 11: at run time its procedures are one flat record. */
export interface AnyRouter {
  readonly _def: { readonly procedures: unknown };
}

interface Definition {
  readonly type: Procedure["type"];
  readonly inputs?: readonly z.ZodType[];
  readonly meta?: IsolationMeta;
}

/** Every procedure of a router, by walking it. */
export const proceduresOf = (router: AnyRouter): readonly Procedure[] => {
  const record = router._def.procedures as Readonly<Record<string, { readonly _def: Definition }>>;
  return Object.entries(record).map(([path, { _def }]) => ({
    path,
    type: _def.type,
    schema: schemaOf(_def.inputs ?? []),
    exempt: exemptionsOf(_def.meta),
  }));
};

const exemptionsOf = (meta: IsolationMeta | undefined): Procedure["exempt"] => {
  const exempt = meta?.isolation?.exempt;
  if (exempt === undefined) return {};
  return typeof exempt === "string" ? { "*": exempt } : exempt;
};

/** tRPC lets each middleware have an input of its own; a caller sends all of them in one object. */
const schemaOf = (inputs: readonly z.ZodType[]): JsonSchema => {
  const [first = {}, ...more] = inputs.map((input) => z.toJSONSchema(input, { io: "input", unrepresentable: "any" }));
  return more.reduce<JsonSchema>(
    (all, next) => ({
      ...all,
      properties: { ...all.properties, ...next.properties },
      required: [...(all.required ?? []), ...(next.required ?? [])],
    }),
    first,
  );
};
