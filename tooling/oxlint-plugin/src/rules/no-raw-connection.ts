import { leakRule } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

const doors = new Set(["getConnection", "getKnex", "getKysely", "getNativeClient", "getDriver", "rawQuery", "unsafe"]);

/** A connection that the driver did not begin has entered nobody, or the one who used it last. */
export const noRawConnection = leakRule(
  "Nothing takes the connection, the driver or a query builder out of the ORM, where no filter and no entering holds",
  (context) => ({
    CallExpression(node) {
      const name = nameOf(node.callee);
      if (name === undefined || !doors.has(name)) return;
      context.report({
        node,
        message: `${name}() gives a connection without filter and without an entered tenant: use a repository, or em.execute with bound values inside withTenant.`,
      });
    },
  }),
);
