import { Migration } from "@mikro-orm/migrations";

/** A migration and the name under which it is recorded. */
export interface ListedMigration {
  readonly name: string;
  readonly class: new (...parameters: ConstructorParameters<typeof Migration>) => Migration;
}

export type Direction = "up" | "down";

/** What a migration is made of, without running it. Throws when it asks the database anything: it may only `addSql` text. */
export const statementsOf = async (listed: ListedMigration, direction: Direction): Promise<string[]> =>
  collect(apart(listed), direction);

/** Whether all of its statements run in one transaction, which it declares by `isTransactional`. */
export const isTransactional = (listed: ListedMigration): boolean => apart(listed).isTransactional();

/** The statements that an instance adds, in order. Throws when one of them is not text. */
export const collect = async (migration: Migration, direction: Direction): Promise<string[]> => {
  migration.reset();
  if (direction === "down" && migration.down === Migration.prototype.down) throw new IrreversibleError();
  await migration[direction]();
  return migration.getQueries().map((query) => {
    if (typeof query !== "string")
      throw new TypeError("a migration adds SQL as text, so that it can be read beforehand");
    return query;
  });
};

/** The migration says nothing of how to take it back. Nothing was changed. */
export class IrreversibleError extends Error {
  constructor() {
    super("it has no `down`: it cannot be taken back");
    this.name = "IrreversibleError";
  }
}

const apart = (listed: ListedMigration): Migration => new listed.class(...noDatabase);

const refuse = () => {
  throw new TypeError("a migration adds its SQL by addSql alone, so that it can be read beforehand");
};

/** Safe because a migration that touches more of the driver than these throws, as it must. */
const noDatabase = [{ execute: refuse, createEntityManager: refuse }, {}] as unknown as ConstructorParameters<
  typeof Migration
>;
