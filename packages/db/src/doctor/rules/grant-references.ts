import { grantRule } from "../grant-rule.ts";

/** REFERENCES, on a table or on columns. */
export const grantReferences = grantRule({
  id: "grant-references",
  title: "Nobody may refer to a table with a foreign key",
  why: "Foreign keys are checked past row-level security: one of his own tells whoever may make it which ids exist in other tenants.",
  where: "g.privilege = 'REFERENCES'",
});
