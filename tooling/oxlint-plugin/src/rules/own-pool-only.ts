import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf, ownerOf } from "../name-of.ts";

const pools = ["app", "auth", "platform", "worker"];

/** A pool without a tenant reaches rows by its role's own policies. Its options name the pools that a file may use. */
export const ownPoolOnly = leakRule(
  "A handler works in ctx.em; services.auth, services.platform and orm.em are for the files that the configuration names",
  (context) => {
    const allowed = new Set(context.options.flatMap((option) => (typeof option === "string" ? [option] : [])));
    const report = (node: Node, pool: string) =>
      context.report({
        node,
        message: `${pool} is another role's pool, whose transactions enter no tenant: use ctx.em, which has entered the caller's.`,
      });
    return {
      MemberExpression(node) {
        const name = nameOf(node);
        if (name === "em" && nameOf(node.object) === "orm") return report(node, "orm.em");
        if (nameOf(node.object) !== "services" || name === undefined) return;
        if (pools.includes(name) && !allowed.has(name)) report(node, `services.${name}`);
      },
      VariableDeclarator(node) {
        if (node.id.type !== "ObjectPattern" || nameOf(node.init) !== "services") return;
        for (const property of node.id.properties) {
          const name = property.type === "Property" ? nameOf(property.key) : undefined;
          if (name !== undefined && pools.includes(name) && !allowed.has(name)) report(property, `services.${name}`);
        }
      },
      CallExpression(node) {
        if (nameOf(node.callee) === "poolOf" && ownerOf(node.callee) === undefined) report(node, "poolOf(…)");
      },
    };
  },
);
