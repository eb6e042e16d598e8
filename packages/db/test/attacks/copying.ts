import type { Attack, AttackClass } from "./attack.ts";
import { grants, policies } from "./removed.ts";
import { enter } from "../../src/testing/enter.ts";

const out = (title: string, sql: string, without: readonly string[] = policies): Attack => ({
  title,
  without,
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    await enter(session.client, world.us);
    return session.copyOut(sql);
  },
});

/** What only a superuser, or a member of a role of PostgreSQL's own, can do. */
const outside = (title: string, sql: string): Attack => ({
  title,
  without: [],
  weakRole: "superuser",
  attack: async (world) => {
    const session = await world.session();
    await session.run(sql);
    return true;
  },
});

/** COPY. */
export const copying: AttackClass = {
  name: "COPY",
  stoppedBy:
    "COPY TO asks the policy, COPY FROM is refused on a table that has one; files and programs are superusers' alone",
  attacks: [
    out("a table copied out", "copy app.documents to stdout"),
    out("a query copied out, in binary", "copy (select title, content from app.documents) to stdout (format binary)"),
    out("deleted rows copied out", "copy (delete from app.documents returning title) to stdout"),
    out(
      "a partition of the audit log copied out",
      "copy app.audit_logs_default to stdout; copy (select details from app.audit_logs) to stdout",
      [...policies, ...grants("severalty_app")],
    ),
    {
      title: "rows of the other tenant copied in",
      without: policies,
      attack: async (world) => {
        const session = await world.session();
        await session.run("begin");
        await enter(session.client, world.us);
        await session.copyIn(
          "copy app.teams (tenant_id, id, name, created_at, updated_at) from stdin",
          `${world.them.tenantId}\t${world.ghost()}\tcopied\t2026-01-01\t2026-01-01\n`,
        );
        return session.run("commit");
      },
    },
    outside("a file written", "copy (select 'planted') to '/dev/null'"),
    outside("a program started with rows", "copy (select 'planted') to program 'cat > /dev/null'"),
    outside("a file read", "copy app.teams from '/dev/null'"),
    outside("a program's words read", "copy app.teams from program 'true'"),
  ],
};
