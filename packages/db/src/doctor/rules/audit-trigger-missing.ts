import { list, tables } from "../catalog.ts";
import { unauditedTables } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** The trigger as the migrations make it, for each row of each change. */
export const auditTriggerMissing: Rule = {
  id: "audit-trigger-missing",
  title: "Every change of a tenant's row is in the audit log",
  level: "error",
  why: "The trigger writes the record in the same transaction as the change, so that no statement avoids it; without it a change leaves no trace.",
  mender: "migrator",
  sql: `select t.name as object, 'lacks the audit trigger for insert, update and delete' as detail,
      format('create or replace trigger %I after insert or update or delete on %s for each row execute function app.audit()', t.relname || '_audit', t.name) as fix
    from ${tables} t where t.schema = 'app' and not t.is_partition and t.name not in ${list(unauditedTables)} and not exists (
      select from pg_trigger g where g.tgrelid = t.oid and pg_get_triggerdef(g.oid) =
        format('CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION app.audit()', t.relname || '_audit', t.name))`,
};
