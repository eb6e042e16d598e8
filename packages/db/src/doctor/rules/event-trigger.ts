import { isOfExtension } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Hosted PostgreSQL brings some of its own: allow the rule there once they are known. */
export const eventTrigger: Rule = {
  id: "event-trigger",
  title: "No event trigger watches the schema",
  level: "warning",
  why: "It runs in each migration with the migrator's rights, and can undo what a migration has just locked.",
  mender: "administrator",
  sql: `select quote_ident(e.evtname) as object, format('calls %s on %s', e.evtfoid::regprocedure, e.evtevent) as detail, format('drop event trigger %I', e.evtname) as fix
    from pg_event_trigger e where not ${isOfExtension("pg_event_trigger", "e.oid")}`,
};
