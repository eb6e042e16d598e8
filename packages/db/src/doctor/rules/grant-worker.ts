import { list } from "../catalog.ts";
import { hiddenFromWorker, someTables } from "../expected.ts";
import { grantRule } from "../grant-rule.ts";

/** Of severalty_worker everything but reading what tasks are about, column by column where one is hidden. */
export const grantWorker = grantRule({
  id: "grant-worker",
  title: "The role of queue workers reads what a task is about, without leases, and changes nothing",
  why: "A worker changes tasks by functions that ask for the lease; with UPDATE or another's token it could overwrite what another has done.",
  where: `g.schema = 'app' and g.grantee = 'severalty_worker' and (g.privilege <> 'SELECT'
    or g.name not in ${list(someTables.severalty_worker ?? [])} or g.attname in ${list(hiddenFromWorker)}
    or (g.attname is null and exists (select from pg_attribute a
      where a.attrelid = g.oid and a.attname in ${list(hiddenFromWorker)} and not a.attisdropped)))`,
});
