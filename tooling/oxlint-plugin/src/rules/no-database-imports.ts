import { leakRule, type Node } from "../leak-rule.ts";

/** What of packages/db asks within a tenant that has been entered, or signs people in. */
const doors = /^@severalty\/db\/(?:entities|tenancy|templates|locker|identity)\/|^@severalty\/db\/database-error$/;
const databases = /^(?:pg|pg-[\w-]+|postgres|kysely|@mikro-orm\/.+|@severalty\/(?:db|postgres)(?:\/.+)?)$/;

/** Whoever can connect, migrate or provision needs no procedure any more. Types are free. */
export const noDatabaseImports = leakRule(
  "packages/api imports no driver, query builder, pool, migrator, role or doctor: only entities and what works in an entered tenant",
  (context) => {
    const check = (node: Node, source: unknown) => {
      if (typeof source !== "string" || doors.test(source) || !databases.test(source)) return;
      context.report({
        node,
        message: `"${source}" reaches the database past the entered tenant: import a repository of @severalty/db/tenancy, or types alone.`,
      });
    };
    return {
      ImportDeclaration(node) {
        const isTypes = node.importKind === "type";
        const areTypes =
          node.specifiers.length > 0 &&
          node.specifiers.every((it) => it.type === "ImportSpecifier" && it.importKind === "type");
        if (!isTypes && !areTypes) check(node, node.source.value);
      },
      ImportExpression(node) {
        if (node.source.type === "Literal") check(node, node.source.value);
      },
      CallExpression(node) {
        const [first] = node.arguments;
        if (node.callee.type === "Identifier" && node.callee.name === "require" && first?.type === "Literal")
          check(node, first.value);
      },
      ExportAllDeclaration(node) {
        if (node.exportKind !== "type") check(node, node.source.value);
      },
      ExportNamedDeclaration(node) {
        if (node.exportKind !== "type" && node.source !== null) check(node, node.source.value);
      },
    };
  },
);
