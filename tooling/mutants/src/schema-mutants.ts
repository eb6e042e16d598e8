import type { Client } from "pg";
import { functionMutants } from "./function-mutants.ts";
import { grantMutants } from "./grant-mutants.ts";
import { keyMutants } from "./key-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { policyMutants } from "./policy-mutants.ts";
import { roleMutants } from "./role-mutants.ts";

/** Every defence that the catalog of a migrated database tells of, each taken away by some SQL. `admin` is a superuser in that database. */
export const schemaMutants = async (admin: Client): Promise<Mutant[]> => {
  const makers = [policyMutants, keyMutants, functionMutants, grantMutants, roleMutants];
  const mutants: Mutant[] = [];
  for (const make of makers) mutants.push(...(await make(admin)));
  return mutants;
};
