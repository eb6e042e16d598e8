import { nowOf } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Months ahead of the current one that must be made: so many are left to notice that nobody makes more. */
export const monthsAheadMin = 3;

/** Names the first month without a partition, from the current one on; nothing on a database without an audit log. */
export const auditMonths: Rule = {
  id: "audit-months",
  title: "The audit log has a partition for each of the months to come",
  level: "warning",
  why: "Records of a month without a partition pile up in the default one, out of the reach of retention.",
  mender: "migrator",
  sql: (given) => `select 'app.audit_logs' as object,
      format('has no partition for %s; from %s on, ${monthsAheadMin} months ahead must be made', to_char(min(m.month), 'YYYY-MM'), to_char(m.now, 'YYYY-MM')) as detail,
      '-- run: migrate partitions; and let cron run it every month' as fix
    from (select date_trunc('month', ${nowOf(given)} at time zone 'UTC') as now) n, lateral (
      select n.now, n.now + make_interval(months => ahead) as month from generate_series(0, ${monthsAheadMin}) ahead) m
    where to_regclass('app.audit_logs') is not null and not exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass('app.audit_logs') and c.relname = 'audit_logs_' || to_char(m.month, 'YYYY_MM')) group by m.now`,
};
