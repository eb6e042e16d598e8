import { answerIsNamed } from "./samples/answer-is-named.ts";
import { columnsAreNamed } from "./samples/columns-are-named.ts";
import { emIsPassedOn } from "./samples/em-is-passed-on.ts";
import { entityIsScoped } from "./samples/entity-is-scoped.ts";
import { errorsQuoteNothing } from "./samples/errors-quote-nothing.ts";
import { filtersStayOn } from "./samples/filters-stay-on.ts";
import { inputComesFirst } from "./samples/input-comes-first.ts";
import { inputIsStrict } from "./samples/input-is-strict.ts";
import { logsNameFields } from "./samples/logs-name-fields.ts";
import { noAmbientContext } from "./samples/no-ambient-context.ts";
import { noDatabaseImports } from "./samples/no-database-imports.ts";
import { noEnvironment } from "./samples/no-environment.ts";
import { noModuleState } from "./samples/no-module-state.ts";
import { noRawConnection } from "./samples/no-raw-connection.ts";
import { noTenantInHandler } from "./samples/no-tenant-in-handler.ts";
import { noTenantInInput } from "./samples/no-tenant-in-input.ts";
import { oneStatementAtATime } from "./samples/one-statement-at-a-time.ts";
import { ownPoolOnly } from "./samples/own-pool-only.ts";
import { reasonedDisable } from "./samples/reasoned-disable.ts";
import { sqlIsConstant } from "./samples/sql-is-constant.ts";
import { tenantEnteredOnce } from "./samples/tenant-entered-once.ts";
import { tenantProcedureOnly } from "./samples/tenant-procedure-only.ts";
import { workIsAwaited } from "./samples/work-is-awaited.ts";

/** Code that a rule lets pass, and code that it must not. */
export interface Samples {
  /** Where in the repository the code would stand, so that the configuration puts the rule on it. */
  readonly file: string;
  readonly good: readonly string[];
  readonly bad: readonly BadSample[];
}

interface BadSample {
  readonly title: string;
  /** A public report of a leak by this pattern, `owner/repository#number`. */
  readonly seen?: string;
  readonly code: string;
}

/** Of each rule, by its name. */
export const samples: Readonly<Record<string, Samples>> = {
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
