import { entities } from "@severalty/db/entities";
import { nounOf } from "@severalty/db/tenancy/noun-of";
import type { Mutant } from "./mutant.ts";

const isolation = "packages/db/test/isolation.test.ts";
const names = new Map(entities.map(({ meta }) => [`${meta.schema}.${meta.tableName}`, meta.className]));

/** Where a defence of a table is tested first, and the words that tell other tests about it. */
export const tableTests = (
  table: string,
  short: string,
  first: readonly string[] = [isolation],
): Pick<Mutant, "words" | "first" | "entity"> => {
  const entity = names.get(table);
  const words = [table, nounOf(short), short, ...(entity === undefined ? [] : [entity])];
  return { words, first, ...(entity === undefined ? {} : { entity }) };
};
