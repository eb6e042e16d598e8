import { membershipRule } from "../membership-rule.ts";

/** Roles that PostgreSQL brings for monitoring. */
export const membershipStatistics = membershipRule({
  id: "membership-statistics",
  title: "No role of Severalty looks at other sessions or ends them",
  level: "error",
  why: "pg_read_all_stats and pg_monitor show the statements of other roles' sessions, the migrator's included; pg_signal_backend ends them.",
  lent: [
    "pg_monitor",
    "pg_read_all_stats",
    "pg_read_all_settings",
    "pg_stat_scan_tables",
    "pg_signal_backend",
    "pg_signal_autovacuum_worker",
    "pg_checkpoint",
    "pg_use_reserved_connections",
  ],
});
