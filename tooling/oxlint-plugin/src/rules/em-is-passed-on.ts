import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf, ownerOf } from "../name-of.ts";

/** Pools whose entity managers a file may fork if `own-pool-only` lets it. */
const pools: ReadonlySet<string | undefined> = new Set(["app", "auth", "platform", "worker"]);

const isEntityManager = (node: Node | undefined): boolean => {
  const name = nameOf(node);
  return name === "em" || name === "tx" || name === "entityManager";
};

/** Only repositories ask an entity manager: they name columns, version and tenant, which a bare `findOne` by id forgets. */
export const emIsPassedOn = leakRule(
  "An entity manager of a request is handed to repositories; its own methods are called in packages/db alone",
  (context) => ({
    CallExpression(node) {
      const method = nameOf(node.callee);
      const owner = ownerOf(node.callee);
      if (owner === undefined || !isEntityManager(owner) || pools.has(nameOf(ownerOf(owner)))) return;
      context.report({
        node,
        message: `em.${method ?? "…"}() goes past the repositories, which hold tenant, team, version and columns: use new TenantRepository(ctx.em, Entity), or give packages/db a function that takes em.`,
      });
    },
    VariableDeclarator(node) {
      if (node.init === null) return;
      const { id, init } = node;
      const isAlias = id.type === "Identifier" && nameOf(ownerOf(init)) === "ctx" && isEntityManager(init);
      const isTaken =
        id.type === "ObjectPattern" &&
        nameOf(init) === "ctx" &&
        id.properties.some((property) => property.type === "Property" && nameOf(property.key) === "em");
      if (!isAlias && !isTaken) return;
      context.report({
        node,
        message: `ctx.em gets another name here, under which no rule knows it: write ctx.em where it is passed on.`,
      });
    },
  }),
);
