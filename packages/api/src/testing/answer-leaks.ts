import type { Json } from "@severalty/domain/json";
import type { AnyTRPCProcedure, inferProcedureOutput } from "@trpc/server";

/** Columns that no answer has, whatever it is an answer of. */
type Withheld =
  | "tenantId"
  | "hashedPassword"
  | "keyHash"
  | "tokenHash"
  | "requestHash"
  | "ciphertext"
  | "wrappedKey"
  | "leaseToken";

/** What of an answer must not leave, at any depth: columns that are withheld, and the symbols by which the ORM marks its entities. */
export type LeakOf<Answer> = unknown extends Answer ? "unknown" : [Json] extends [Answer] ? never : LeakOfEach<Answer>;

type LeakOfEach<Answer> = Answer extends string | number | boolean | bigint | Date | null | undefined
  ? never
  : Answer extends Uint8Array
    ? "bytes"
    : Answer extends readonly (infer Item)[]
      ? LeakOf<Item>
      : string extends keyof Answer
        ? never
        : [Extract<keyof Answer, Withheld | symbol>] extends [never]
          ? { [Key in keyof Answer]-?: LeakOf<Answer[Key]> }[keyof Answer]
          : Extract<keyof Answer, Withheld | symbol>;

/** Paths of the procedures whose answers leak, out of a router's record; `never` if none does. */
export type LeakingPaths<Routers, Prefix extends string = ""> = {
  [Key in keyof Routers & string]: Routers[Key] extends AnyTRPCProcedure
    ? [LeakOf<inferProcedureOutput<Routers[Key]>>] extends [never]
      ? never
      : `${Prefix}${Key}`
    : LeakingPaths<Routers[Key], `${Prefix}${Key}.`>;
}[keyof Routers & string];
