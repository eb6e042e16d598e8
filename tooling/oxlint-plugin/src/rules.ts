import type { LeakRule } from "./leak-rule.ts";
import { answerIsNamed } from "./rules/answer-is-named.ts";
import { columnsAreNamed } from "./rules/columns-are-named.ts";
import { emIsPassedOn } from "./rules/em-is-passed-on.ts";
import { entityIsScoped } from "./rules/entity-is-scoped.ts";
import { errorsQuoteNothing } from "./rules/errors-quote-nothing.ts";
import { filtersStayOn } from "./rules/filters-stay-on.ts";
import { inputComesFirst } from "./rules/input-comes-first.ts";
import { inputIsStrict } from "./rules/input-is-strict.ts";
import { logsNameFields } from "./rules/logs-name-fields.ts";
import { noAmbientContext } from "./rules/no-ambient-context.ts";
import { noDatabaseImports } from "./rules/no-database-imports.ts";
import { noEnvironment } from "./rules/no-environment.ts";
import { noModuleState } from "./rules/no-module-state.ts";
import { noRawConnection } from "./rules/no-raw-connection.ts";
import { noTenantInHandler } from "./rules/no-tenant-in-handler.ts";
import { noTenantInInput } from "./rules/no-tenant-in-input.ts";
import { oneStatementAtATime } from "./rules/one-statement-at-a-time.ts";
import { ownPoolOnly } from "./rules/own-pool-only.ts";
import { reasonedDisable } from "./rules/reasoned-disable.ts";
import { sqlIsConstant } from "./rules/sql-is-constant.ts";
import { tenantEnteredOnce } from "./rules/tenant-entered-once.ts";
import { tenantProcedureOnly } from "./rules/tenant-procedure-only.ts";
import { workIsAwaited } from "./rules/work-is-awaited.ts";

/** Every rule, by its name: the tests and CONTRIBUTING.md are held to this list. */
export const rules: Readonly<Record<string, LeakRule>> = {
  "answer-is-named": answerIsNamed,
  "columns-are-named": columnsAreNamed,
  "em-is-passed-on": emIsPassedOn,
  "entity-is-scoped": entityIsScoped,
  "errors-quote-nothing": errorsQuoteNothing,
  "filters-stay-on": filtersStayOn,
  "input-comes-first": inputComesFirst,
  "input-is-strict": inputIsStrict,
  "logs-name-fields": logsNameFields,
  "no-ambient-context": noAmbientContext,
  "no-database-imports": noDatabaseImports,
  "no-environment": noEnvironment,
  "no-module-state": noModuleState,
  "no-raw-connection": noRawConnection,
  "no-tenant-in-handler": noTenantInHandler,
  "no-tenant-in-input": noTenantInInput,
  "one-statement-at-a-time": oneStatementAtATime,
  "own-pool-only": ownPoolOnly,
  "reasoned-disable": reasonedDisable,
  "sql-is-constant": sqlIsConstant,
  "tenant-entered-once": tenantEnteredOnce,
  "tenant-procedure-only": tenantProcedureOnly,
  "work-is-awaited": workIsAwaited,
};
