import { grantRule } from "../grant-rule.ts";

/** Any privilege on a partition, or on a month that is not attached yet. */
export const grantPartition = grantRule({
  id: "grant-partition",
  title: "A partition is granted to nobody",
  why: "Whoever names a partition directly does not pass the policies of its parent.",
  where: "g.is_partition",
});
