import { leakRule } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

/** A procedure that enters no tenant has no permission either, and nobody notices who calls. */
export const tenantProcedureOnly = leakRule(
  "Routers are made of tenantProcedure; public and user procedures are of routers/auth.ts",
  (context) => ({
    ImportDeclaration(node) {
      if (!/\/(?:procedures|trpc)\.ts$/.test(node.source.value)) return;
      for (const it of node.specifiers) {
        const name = it.type === "ImportSpecifier" ? nameOf(it.imported) : "*";
        const isType = node.importKind === "type" || (it.type === "ImportSpecifier" && it.importKind === "type");
        if (
          isType ||
          name === undefined ||
          ["router", "noInput", "tenantProcedure", "platformProcedure"].includes(name)
        )
          continue;
        context.report({
          node: it,
          message: `${name} asks neither who calls nor what he may: use tenantProcedure(permission, input).`,
        });
      }
    },
  }),
);
