import type { Client } from "pg";
import type { Contender } from "./contender.ts";

/** The audit rows of created documents; nobody else makes any while it is checked. */
const created = {
  severalty: { log: "app.audit_logs", condition: "new.action = 'documents.create' and new.outcome = 'ok'" },
  peers: { log: "audit_logs", condition: "new.action = 'documents.create'" },
} as const;

/** Lets the audit row of every document that is made fail, until disposed of. */
export const failingAudit = async (admin: Client, serves: Contender["serves"]): Promise<AsyncDisposable> => {
  const { log, condition } = created[serves];
  await admin.query(`create function public.bench_fail() returns trigger language plpgsql as $$
    begin raise exception 'the bench lets this audit row fail'; end $$`);
  await admin.query(`create trigger bench_fail before insert on ${log} for each row when (${condition})
    execute function public.bench_fail()`);
  return {
    [Symbol.asyncDispose]: async () => {
      await admin.query(`drop trigger bench_fail on ${log}`);
      await admin.query("drop function public.bench_fail()");
    },
  };
};
