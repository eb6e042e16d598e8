/** `error`: a way around the promise that tenants are apart. `warning`: a defence or a duty is missing. `info`: good to know. */
export type Level = "error" | "warning" | "info";

/** What a rule is asked with. */
export interface Given {
  readonly now: Date;
  /** Every migration that the program knows, in order. */
  readonly migrations: readonly { readonly name: string; readonly checksum: string }[];
  /** The role that the connection should be of. */
  readonly role: string;
}

/** One thing that breaks a rule. */
export interface Finding {
  /** Its schema-qualified name, as PostgreSQL writes it. */
  readonly object: string;
  readonly detail: string;
  /** SQL, a statement a line, after which the rule finds it no more; a line that begins with `--` is for the reader. */
  readonly fix: string;
}

/** One lint. Nothing that it asks changes anything. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** Why it matters, in a sentence or two. */
  readonly why: string;
  /** Who may run its `fix`: the role severalty_migrator, or a superuser. */
  readonly mender: "migrator" | "administrator";
  /** It holds for the schema of every release: a server that is older than its database may refuse to start by it. */
  readonly isLasting?: boolean;
  /** `catalog`: any role can answer it. `data`: it reads rows of Severalty's own tables. */
  readonly reads?: "catalog" | "data";
  /** A query with the text columns of a `Finding`, to be run with the search_path `pg_catalog, pg_temp`, in which names print qualified. */
  readonly sql: string | ((given: Given) => string);
}
