import type { AttackClass } from "./attack.ts";
import { forgedContext } from "./forged-context.ts";

/** Every class of attacks. */
export const classes: readonly AttackClass[] = [forgedContext];
