import { serverSettingRule } from "../server-setting-rule.ts";

/** `max_prepared_transactions` above PostgreSQL's default. */
export const preparedTransactions = serverSettingRule({
  id: "prepared-transactions",
  title: "Nobody can leave a transaction behind that outlives his session",
  level: "warning",
  why: "After PREPARE TRANSACTION a transaction's locks and changes wait for whoever commits it: no timeout of a role ends it, and every tenant waits for its rows.",
  setting: "max_prepared_transactions",
  safe: "0",
});
