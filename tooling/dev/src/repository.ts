import { resolve } from "node:path";

/** The folder of the clone, absolute. */
export const REPOSITORY = resolve(import.meta.dirname, "../../..");

/** The programs that the commands run, absolute. */
export const PROGRAMS = {
  createMigration: resolve(REPOSITORY, "tooling/generators/src/migrate-create.ts"),
  migrator: resolve(REPOSITORY, "apps/migrator/src/main.ts"),
  server: resolve(REPOSITORY, "apps/server/src/main.ts"),
} as const;

/** Where development data is kept: SEVERALTY_DATA, relative to the clone, `.data` when it is not set. */
export const dataFolder = (env: NodeJS.ProcessEnv): string => resolve(REPOSITORY, env["SEVERALTY_DATA"] || ".data");
