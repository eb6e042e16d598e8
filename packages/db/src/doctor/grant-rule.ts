import { tableGrants } from "./catalog.ts";
import type { Rule } from "./rule.ts";

/** A rule that no privilege `g` on a relation of Severalty's meets a condition. */
export const grantRule = ({
  where,
  ...rule
}: {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly where: string;
  /** True by default. */
  readonly isLasting?: boolean;
}): Rule => ({
  isLasting: true,
  ...rule,
  level: "error",
  mender: "migrator",
  sql: `select g.name as object, format('%s has %s%s', g.grantee, g.privilege, ' on column ' || g.attname) as detail, g.fix from ${tableGrants} g where ${where}`,
});
