import { grantRule } from "../grant-rule.ts";

/** TRUNCATE, and MAINTAIN of PostgreSQL 17, of any relation. */
export const grantTruncate = grantRule({
  id: "grant-truncate",
  title: "Nobody may truncate or maintain a table",
  why: "TRUNCATE asks no policy and writes no audit row: it empties a table for every tenant. MAINTAIN locks it for every tenant.",
  where: "g.privilege in ('TRUNCATE', 'MAINTAIN')",
});
