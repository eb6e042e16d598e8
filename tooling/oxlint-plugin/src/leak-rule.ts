import type { RuleTester } from "oxlint/plugins-dev";

type AnyRule = Parameters<RuleTester["run"]>[1];
type CreateRule = Extract<AnyRule, { create: (context: never) => unknown }>;

/** What a rule is given of the file that it looks at. */
export type Context = Parameters<CreateRule["create"]>[0];
type Visitor = ReturnType<CreateRule["create"]>;

/** A node of one kind, such as `NodeOf<"CallExpression">`. */
export type NodeOf<Kind extends keyof Visitor> = Parameters<NonNullable<Visitor[Kind]>>[0];
/** Any node. */
export type Node = Parameters<Context["sourceCode"]["getScope"]>[0];

/** A rule of this plugin; its description is the line that CONTRIBUTING.md has of it. */
export interface LeakRule {
  readonly meta: { readonly type: "problem"; readonly docs: { readonly description: string }; readonly schema: false };
  readonly create: (context: Context) => Visitor;
}

/** A rule that visits nodes and reports what must not be, with what to do instead. */
export const leakRule = (description: string, create: LeakRule["create"]): LeakRule => ({
  meta: { type: "problem", docs: { description }, schema: false },
  create,
});
