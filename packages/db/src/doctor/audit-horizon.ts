import type { Client } from "pg";
import { type Month, monthOf, monthOfPartition, textOf } from "../partitions/month.ts";

/** Months ahead of the current one that must be made: so many are left to notice that nobody makes more. */
export const monthsAheadMin = 3;

/**
 * Sentences about what is wrong with the months of the audit log, and how to mend it; none when enough are made ahead without a gap and the
 * default partition is empty. None either on a database without an audit log. Changes nothing.
 */
export const auditHorizonFaults = async (client: Client, now: Date): Promise<string[]> => {
  const there = await client.query<{ there: boolean }>("select to_regclass('app.audit_logs') is not null as there");
  if (there.rows[0]?.there !== true) return [];
  const { rows } = await client.query<{ names: string[]; hasStray: boolean }>(horizon);
  const { names = [], hasStray = false } = rows[0] ?? {};
  const faults: string[] = [];
  const current = monthOf(now);
  const ahead = monthsAhead(new Set(names.flatMap((name) => monthOfPartition(name) ?? [])), current);
  if (ahead < monthsAheadMin)
    faults.push(
      `the audit log has no partition for ${textOf(current + ahead + 1)}; from ${textOf(current)} on, ${monthsAheadMin} months ahead must be made: run "migrate partitions", and let cron run it every month`,
    );
  if (hasStray)
    faults.push(
      `rows lie in app.audit_logs_default, because the partition of their month was missing: run "migrate partitions", which moves them`,
    );
  return faults;
};

const horizon = `select
  array(select relname::text from pg_inherits join pg_class on oid = inhrelid where inhparent = 'app.audit_logs'::regclass) as names,
  exists (select from only app.audit_logs_default) as "hasStray"`;

/** Months made without a gap beyond the current one; -1 when that one itself is missing. */
const monthsAhead = (made: ReadonlySet<Month>, current: Month): number => {
  let next = current;
  while (made.has(next)) next += 1;
  return next - current - 1;
};
