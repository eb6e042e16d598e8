import type { Position } from "./positions.ts";
import { positionsOf } from "./positions.ts";
import type { Procedure } from "./procedures.ts";
import type { Call } from "./world.ts";

/** Something of the other tenant: an id, slug, e-mail, key, cursor, hash or text. */
export interface ForeignValue {
  /** Where it is from, such as `app.documents.id` or `answer nextCursor`. */
  readonly kind: string;
  readonly room: "uuid" | "text";
  readonly value: string;
}

/** Who calls, and how many of the values he tries in each place. */
export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Which procedures he calls; default all. */
  readonly calls?: (procedure: string) => boolean;
  /** Which procedures must refuse him, with 401 or 403 in both worlds; default none. */
  readonly isRefused?: (procedure: string) => boolean;
  /** Values per place, in turn, so that all places together have them all; default every value in every place with that room. */
  readonly valuesPerPlace?: number;
  /** Whether he also sends each value that a schema names or bounds, such as every order of a list; default yes. */
  readonly triesChoices?: boolean;
}

/** Inputs that were seen to succeed. */
export interface RecordedInput {
  /** Of the attacking tenant. */
  readonly own: unknown;
  /** The other tenant's own, of which each part is tried in the place where it belongs. */
  readonly other?: unknown;
  /** Headers that the other tenant sent with it, beside who he is, such as an `Idempotency-Key`. */
  readonly otherHeaders?: Readonly<Record<string, string>>;
  /** Queries that read a row by its `id` which the call has written. */
  readonly readBack?: readonly string[];
}

/** One thing to try, and where the foreign value is in it. */
export interface Attack {
  readonly caller: string;
  /** `valid`, the label of a place, `header <name>`, or `as <caller>` for all that a caller sends. */
  readonly aspect: string;
  readonly kind: string;
  readonly call: Omit<Call, "moment">;
}

/** What is put where. */
export interface Plan {
  readonly values: readonly ForeignValue[];
  /** Names of headers that have room for a foreign value. */
  readonly headers: readonly string[];
  /** Begins the turns, so that another seed has other values meet other places. */
  readonly seed: number;
}

/** Everything to try with one procedure as one caller. The first is its valid call. */
export const attacksOn = (
  procedure: Procedure,
  caller: Caller,
  input: RecordedInput,
  plan: Plan,
): readonly Attack[] => {
  const make = (
    aspect: string,
    kind: string,
    sent: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Attack => ({
    caller: caller.name,
    aspect,
    kind,
    call: {
      procedure: procedure.path,
      type: procedure.type,
      input: sent,
      headers: { ...caller.headers, ...headers },
    },
  });
  const { readBack } = input;
  const makeAndRead: typeof make = (...about) => {
    const attack = make(...about);
    return readBack === undefined ? attack : { ...attack, call: { ...attack.call, readBack } };
  };
  const places = positionsOf(procedure.schema);
  const parts = recordedParts(input);
  const whole = JSON.stringify(input.other);
  const isPart = parts.some(({ sent }) => JSON.stringify(sent) === whole);
  return [
    make("valid", "", input.own),
    ...(input.other === undefined || isPart ? [] : [makeAndRead("whole input", "recorded", input.other)]),
    ...repeatsOf(input).map(({ aspect, sent }) => make(aspect, "recorded", sent, input.otherHeaders)),
    ...parts.map(({ name, sent }) => makeAndRead(name, "recorded", sent)),
    ...places.flatMap(({ label, choices, put }) =>
      (caller.triesChoices === false ? [] : choices).map((choice) =>
        make(label, `allowed ${JSON.stringify(choice)}`, put(input.own, choice)),
      ),
    ),
    ...places.flatMap((place) =>
      valuesFor(place, { ...turnOf(place, places), noun: nounOf(procedure), caller, plan }).map(({ kind, value }) =>
        (place.room === "uuid" ? makeAndRead : make)(place.label, kind, place.put(input.own, value)),
      ),
    ),
    ...unaskedFor(plan.values).map(({ name, kind, value }) =>
      make(name, kind, { ...asObject(input.own), [name]: value }),
    ),
    ...headerValues(plan, caller).map(({ name, kind, value }) =>
      make(`header ${name}`, kind, input.own, { [name]: value }),
    ),
  ];
};

/** The other tenant's call under his own headers, and the attacker's under them. */
const repeatsOf = ({ own, other, otherHeaders = {} }: RecordedInput) => {
  const names = Object.keys(otherHeaders);
  if (names.length === 0) return [];
  const aspect = `header ${names.join(", ")}`;
  return [{ aspect, sent: own }, ...(other === undefined ? [] : [{ aspect: `${aspect} with its input`, sent: other }])];
};

const nounOf = ({ path }: Procedure): string => flat(path.split(".").at(-2) ?? "");

/** Each part of the other tenant's input in the attacker's, alone. */
const recordedParts = ({ own, other }: RecordedInput) => {
  const [mine, theirs] = [asObject(own), asObject(other)];
  return Object.entries(theirs)
    .filter(([name, value]) => JSON.stringify(mine[name]) !== JSON.stringify(value))
    .map(([name, value]) => ({ name, sent: { ...mine, [name]: value } }));
};

/** Places of one room share the values. */
const turnOf = (place: Position, all: readonly Position[]) => {
  const alike = all.filter(({ room }) => room === place.room);
  return { at: alike.indexOf(place), places: alike.length };
};

interface Turn {
  readonly at: number;
  readonly places: number;
  /** What the procedure is about. */
  readonly noun: string;
  readonly caller: Caller;
  readonly plan: Plan;
}

const valuesFor = (place: Position, { at, places, noun, caller, plan }: Turn): readonly ForeignValue[] => {
  if (place.room === "none") return [];
  const fitting = plan.values.filter(({ room }) => room === (place.room === "closed" ? "text" : place.room));
  const start = plan.seed + at;
  if (place.room === "closed") return inTurn(fitting, start, 1);
  const strangers = plan.values.filter(({ room }) => room !== place.room);
  const { valuesPerPlace } = caller;
  if (valuesPerPlace !== undefined) {
    const namesakes = fitting.filter((value) => isNamesake(value, place));
    const [near, far] = [true, false].map((is) => namesakes.filter(({ kind }) => isKin(kind, place, noun) === is));
    const kin = inTurn(
      fitting.filter(({ kind }) => isKin(kind, place, noun)),
      start,
      caller.triesChoices === false ? 1 : valuesPerPlace * 2,
    );
    return unique([
      ...inTurn(near ?? [], 0, 2 * valuesPerPlace),
      ...inTurn(far ?? [], start, valuesPerPlace === 1 ? 1 : 2 * valuesPerPlace),
      ...kin,
      ...inTurn(fitting, start * valuesPerPlace, valuesPerPlace),
      ...inTurn(strangers, start, 1),
    ]);
  }
  // Among a procedure's places of one room every value is tried at least once, and wherever a place goes by its name.
  const share = fitting.filter((value, index) => (index + start) % places === 0 || isNamesake(value, place));
  return unique([...share, ...inTurn(strangers, start * 3, 3)]);
};

const inTurn = <Value>(values: readonly Value[], start: number, count: number): readonly Value[] =>
  Array.from({ length: Math.min(count, values.length) }, (_, index) => values[(start + index) % values.length]).filter(
    (value): value is Value & {} => value !== undefined,
  );

const unique = (values: readonly ForeignValue[]) => [...new Set(values)];

/** A search finds what stands in the rows that it looks through, and a reference leads to rows of its name or of the same noun. */
const isKin = (kind: string, { name, room }: Position, noun: string): boolean => {
  const table = flat(kind.split(".").at(-2) ?? "");
  const target = flat(name).replace(/id$/, "");
  return table === noun || (room === "uuid" && target !== "" && table.startsWith(target));
};

/** `tenantSlug` and `app.tenants.slug`, `cursor` and `answer nextCursor`. */
const isNamesake = ({ kind }: ForeignValue, { name }: Pick<Position, "name">): boolean => {
  const last = flat(kind.split(/[. ]/).at(-1) ?? "");
  const wanted = flat(name);
  return last !== "" && wanted !== "" && (wanted.endsWith(last) || last.endsWith(wanted));
};

const flat = (name: string): string => name.replaceAll(/[^a-z]/gi, "").toLowerCase();

/** What a caller might add in the hope that somebody reads it. */
const unaskedFor = (values: readonly ForeignValue[]) => {
  const [value] = values.filter(({ room }) => room === "uuid");
  return value === undefined ? [] : ["tenantId", "tenant_id"].map((name) => ({ ...value, name }));
};

const headerValues = ({ values, headers, seed }: Plan, { valuesPerPlace = 8 }: Caller) => {
  const sendable = values.filter(({ value }) => /^[\x21-\x7e]{1,200}$/.test(value));
  return headers.flatMap((name, at) => {
    const wanted = flat(name).replace(/(key|id)$/, "");
    const namesakes = sendable
      .filter((value) => isNamesake(value, { name }))
      .toSorted((one, other) => Number(flat(other.kind).includes(wanted)) - Number(flat(one.kind).includes(wanted)))
      .slice(0, 2);
    const others = inTurn(sendable, (seed + at) * valuesPerPlace, valuesPerPlace);
    return unique([...namesakes, ...others]).map((value) => ({ ...value, name }));
  });
};

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
