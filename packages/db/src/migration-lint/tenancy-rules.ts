import { alteredTable, createdTable, partsOf } from "./read-sql.ts";
import type { LintedMigration, Rule } from "./rule.ts";

/** A table of `app` with a column tenant_id. */
const isTenantTable = (sql: string): boolean =>
  createdTable(sql)?.startsWith("app.") === true && partsOf(sql).some((part) => part.startsWith("tenant_id "));

const has = ({ statements }: LintedMigration, pattern: RegExp): boolean =>
  statements.some(({ sql }) => pattern.test(sql));

/** Of a dotted name, as a pattern of that name and no other. */
const exactly = (table: string): string => `${table.replaceAll(".", "\\.")}(?![\\w.])`;

/** What a policy of a tenant's table says, by the role that it is for. */
const canonical: Readonly<Record<string, string>> = {
  severalty_app: "(tenant_id = app.tenant_id())",
  severalty_worker: "(tenant_id = app.tenant_id())",
  severalty_platform: "(tenant_id >= app.granted_first() and tenant_id <= app.granted_last())",
};

const isCanonical = (policy: string): boolean =>
  Object.entries(canonical).some(([role, says]) => policy.endsWith(` to ${role} using ${says} with check ${says}`));

export const rowSecurity: Rule = {
  name: "row-security",
  reason:
    "A table without enabled and forced row-level security shows every tenant's rows, and a partition does not have its parent's.",
  mend: "Add `alter table … enable row level security` and `alter table … force row level security` to the same migration.",
  find: (migration) =>
    migration.statements.flatMap((statement) => {
      const table = createdTable(statement.sql);
      if (table === undefined) return [];
      const missing = ["enable", "force"].filter(
        (verb) => !has(migration, new RegExp(`^alter table ${exactly(table)} ${verb} row level security$`)),
      );
      return missing.length === 0 ? [] : [{ statement, what: `${table} lacks ${missing.join(" and ")}` }];
    }),
};

export const canonicalPolicy: Rule = {
  name: "canonical-policy",
  reason:
    "One expression for every tenant table is what the isolation tests prove, what indexes serve, and what Citus can push down.",
  mend: "Add `create policy … on … to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`.",
  find: (migration) =>
    migration.statements.flatMap((statement) => {
      const table = createdTable(statement.sql);
      if (table === undefined || !isTenantTable(statement.sql)) return [];
      const policies = migration.statements.filter(({ sql }) =>
        new RegExp(`^create policy \\w+ on ${exactly(table)}`).test(sql),
      );
      const wrong = policies.filter(({ sql }) => !isCanonical(sql));
      if (wrong.length > 0) return wrong.map((policy) => ({ statement: policy, what: `another policy on ${table}` }));
      if (policies.some(({ sql }) => sql.includes(" to severalty_app using "))) return [];
      return [{ statement, what: `${table} lacks its policy for severalty_app` }];
    }),
};

export const explicitGrant: Rule = {
  name: "explicit-grant",
  reason:
    "Nothing is granted by default, so a table without a grant of its own is a table that the server cannot read.",
  mend: "Add `grant select, … on … to severalty_app`, with the least that the server needs, to the same migration.",
  find: (migration) =>
    migration.statements.flatMap((statement) => {
      const table = createdTable(statement.sql);
      if (table === undefined || !isTenantTable(statement.sql)) return [];
      if (has(migration, new RegExp(`^grant .+ on (?:.*[ ,])?${exactly(table)}.* to .*severalty_app(?!\\w)`)))
        return [];
      return [{ statement, what: `${table} is granted to severalty_app by no statement` }];
    }),
};

export const compositeForeignKey: Rule = {
  name: "composite-foreign-key",
  reason:
    "Foreign keys are checked without row-level security: one that leaves the tenant out can point into another tenant.",
  mend: "Use `foreign key (tenant_id, …_id) references … (tenant_id, id)`. Only tenant_id and identity_id may stand alone.",
  find: (migration) =>
    migration.statements.flatMap((statement) => {
      const table = createdTable(statement.sql) ?? alteredTable(statement.sql) ?? "";
      return partsOf(statement.sql).flatMap((part) => {
        const target = / references ([\w.]+)/.exec(part)?.[1];
        if (target === undefined || !(table.startsWith("app.") || target.startsWith("app."))) return [];
        const columns = columnsOf(part);
        if (columns.startsWith("tenant_id, ")) return [];
        if (columns === "tenant_id" && target === "app.tenants") return [];
        if (columns === "identity_id" && target === "auth.identities") return [];
        return [{ statement, what: `(${columns}) references ${target}` }];
      });
    }),
};

/** Of a foreign key: those that it lists, or the column that it is written behind. */
const columnsOf = (part: string): string =>
  /foreign key \(([^)]*)\)/.exec(part)?.[1] ?? /^(?:add )?(?:column )?(?:if not exists )?(\w+)/.exec(part)?.[1] ?? "";

export const noSetNull: Rule = {
  name: "no-set-null",
  reason: "ON DELETE SET NULL on a composite key would clear tenant_id as well, and Citus refuses it.",
  mend: "Use `on delete no action`, and clear the reference in the procedure that removes its target.",
  find: ({ statements }) =>
    statements.flatMap((statement) =>
      / on (?:delete|update) set (?:null|default)/.test(statement.sql)
        ? [{ statement, what: "a foreign key that clears columns" }]
        : [],
    ),
};
