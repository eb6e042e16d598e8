import type { Bench } from "../bench.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import { contenders } from "../contenders/contenders.ts";
import { serve, type Served } from "../contenders/serve.ts";
import { databases } from "../data/make-databases.ts";

/** The servers that are compared, all running; disposing of it stops them. */
export interface Running extends AsyncDisposable {
  readonly served: readonly Served[];
}

/** Starts them one after the other, each on its database, which is reached over `databasePort`. */
export const openContenders = async (
  bench: Bench,
  names: readonly ContenderName[],
  databasePort: number,
): Promise<Running> => {
  await using stack = new AsyncDisposableStack();
  const served: Served[] = [];
  for (const name of names)
    served.push(stack.use(await serve(name, { bench, database: databases[contenders[name].serves], databasePort })));
  const moved = stack.move();
  return { served, [Symbol.asyncDispose]: () => moved.disposeAsync() };
};
