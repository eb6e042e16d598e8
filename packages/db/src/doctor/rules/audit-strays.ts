import type { Rule } from "../rule.ts";

/** Rows of months that had no partition. */
export const auditStrays: Rule = {
  id: "audit-strays",
  title: "The default partition of the audit log is empty",
  level: "warning",
  why: "The partition of their month was missing when they were written; where they lie, retention does not reach them.",
  mender: "migrator",
  reads: "data",
  sql: `select 'app.audit_logs_default' as object, 'holds rows, because the partition of their month was missing' as detail,
      '-- run: migrate partitions, which moves them' as fix
    where exists (select from only app.audit_logs_default)`,
};
