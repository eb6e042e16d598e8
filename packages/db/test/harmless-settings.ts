/** Categories of settings (pg_settings) that change what a statement costs, how long it may take, or what is logged: never its answer. */
export const harmlessCategories = [
  "Query Tuning",
  "Resource Usage",
  "Reporting and Logging",
  "Connections and Authentication",
  "Developer Options",
  "Statistics",
  "Vacuuming",
  "Autovacuum",
  "Write-Ahead Log",
  "Replication",
  "Error Handling",
] as const;

const definitions = "the server's roles define nothing";
const limit = "it ends what takes too long, sooner or later";
const begun = "every BEGIN of the driver names it";
const vacuum = "the server's roles own nothing that they could vacuum";
const locale = "no statement of the server formats or searches by a locale";

/** Settings of other categories, each with the reason why it need not be pinned. */
export const harmlessSettings: Readonly<Record<string, string>> = {
  backslash_quote: "no text of ours has a quote behind a backslash",
  check_function_bodies: definitions,
  client_min_messages: "notices go to whoever caused them",
  createrole_self_grant: definitions,
  default_table_access_method: definitions,
  default_tablespace: definitions,
  default_toast_compression: definitions,
  default_text_search_config: locale,
  default_transaction_deferrable: begun,
  default_transaction_isolation: begun,
  default_transaction_read_only: begun,
  escape_string_warning: "a warning",
  gin_pending_list_limit: "the cost of an index",
  icu_validation_level: definitions,
  idle_in_transaction_session_timeout: limit,
  idle_session_timeout: limit,
  lc_monetary: locale,
  lc_numeric: locale,
  lc_time: locale,
  local_preload_libraries: "libraries that an administrator has put into plugins/, loaded when a session begins",
  lock_timeout: limit,
  "plpgsql.check_asserts": "nothing asserts",
  "plpgsql.extra_errors": "functions compile, or fail",
  "plpgsql.extra_warnings": "a warning",
  "plpgsql.print_strict_params": "the text of an error",
  quote_all_identifiers: "definitions in words, which nothing asks for",
  restrict_nonsystem_relation_kind: "it only takes views away",
  row_security: "switched off, a query fails that a policy would have cut",
  statement_timeout: limit,
  synchronize_seqscans: "the order of what is not ordered",
  temp_tablespaces: definitions,
  timezone_abbreviations: "times travel as ISO 8601",
  transaction_deferrable: begun,
  transaction_isolation: begun,
  transaction_read_only: begun,
  transaction_timeout: limit,
  xmlbinary: "no XML",
  xmloption: "no XML",
  vacuum_failsafe_age: vacuum,
  vacuum_freeze_min_age: vacuum,
  vacuum_freeze_table_age: vacuum,
  vacuum_multixact_failsafe_age: vacuum,
  vacuum_multixact_freeze_min_age: vacuum,
  vacuum_multixact_freeze_table_age: vacuum,
};
