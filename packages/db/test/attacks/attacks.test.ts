import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { holdRoles } from "../../src/testing/hold-roles.ts";
import { onlyInCi } from "../../src/testing/only-in-ci.ts";
import type { TestDatabase } from "../../src/testing/test-database.ts";
import type { Attack } from "./attack.ts";
import { classes } from "./classes.ts";
import { nothing, verdictOf } from "./verdict.ts";
import { makeOriginal, World, type Cast } from "./world.ts";

let original: TestDatabase;
let cast: Cast;
let sound: World;
let answer: string;
beforeAll(async () => {
  ({ database: original, cast } = await makeOriginal());
  sound = await World.create(original, cast);
  answer = await sound.suffer(anything, () => sound.request());
});
afterAll(async () => {
  await weak?.world[Symbol.asyncDispose]();
  await sound[Symbol.asyncDispose]();
  await original[Symbol.asyncDispose]();
});

const anything: Attack = { title: "nothing", without: [], attack: () => Promise.resolve() };

const keyOf = (without: readonly string[]) => without.join(";");

/** So that those which meet the same defences follow one another. */
const grouped = (attacks: readonly Attack[]): Attack[] => {
  const keys = attacks.map(({ without }) => keyOf(without));
  return attacks.toSorted((one, other) => keys.indexOf(keyOf(one.without)) - keys.indexOf(keyOf(other.without)));
};

/** Attacks that meet the same defences, one after the other, share the database without them. */
let weak: { key: string | undefined; world: World } | undefined;
const weakWorld = async ({ without, isAlone }: Attack): Promise<World> => {
  const key = keyOf(without);
  if (weak?.key === key && isAlone !== true) return weak.world;
  await weak?.world[Symbol.asyncDispose]();
  weak = undefined;
  const world = await World.create(original, cast, without);
  weak = { key: isAlone === true ? undefined : key, world };
  return world;
};

/** Refused, on a database as it is: nothing was got, and the connection goes on serving as before. */
const expectNothing = async (world: World, attack: Attack) => {
  await world.suffer(attack, async () => {
    // By way of PgBouncer a session is set up otherwise.
    const before = attack.throughPgBouncer === true ? await world.request() : answer;
    const verdict = await verdictOf(world, attack);
    const expected = attack.victimWrites === true ? { ...nothing, wrote: verdict.wrote } : nothing;
    expect(verdict, `got through: ${verdict.met} ${world.difference}`).toMatchObject(expected);
    await world.hangUp();
    expect(await world.request()).toBe(before);
  });
};

/** One attack of each class runs everywhere. */
describe.each(classes)("$name", ({ attacks }) => {
  test.for(grouped(attacks))("$title", async (attack, context) => {
    const reason = attack.skip?.();
    context.skip(reason !== undefined, reason);
    if (attack !== attacks[0]) onlyInCi(context);
    const world = await weakWorld(attack);
    await using _ = attack.weakRole === "superuser" ? await holdRoles(world.database.adminUrl) : undefined;
    const { read, wrote, said, met } = await world.suffer(attack, () => verdictOf(world, attack));
    expect(
      read.length > 0 || (wrote && attack.victimWrites !== true) || said,
      `proves nothing: without defences it met ${met}`,
    ).toBe(true);
    await expectNothing(sound, attack);
  });
});
