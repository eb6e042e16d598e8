import type { Bench } from "../bench.ts";
import type { Api } from "./api.ts";

/** Where a server finds its database and listens. */
export interface Place {
  readonly bench: Bench;
  readonly database: string;
  /** The port of the database, or of the wire that leads to it. */
  readonly databasePort: number;
  readonly port: number;
}

/** A program and what it is told. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Somebody who serves documents, over his API. */
export interface Contender {
  /** As tables and charts have it. */
  readonly label: string;
  readonly api: Api;
  /** Which of the two databases it serves. */
  readonly serves: "severalty" | "peers";
  /** A token of the tenant's first user. */
  readonly token: (tenant: number) => string;
  readonly command: (place: Place) => Command;
  /** Why it cannot run here, if so. */
  readonly hindrance?: () => string | undefined;
}
