import { attacksOn, type Attack, type Caller, type ForeignValue, type RecordedInput } from "./attacks.ts";
import { compare, type Finding } from "./compare.ts";
import { exemptionFaults, exemptionsUnder, type Exemption } from "./exemptions.ts";
import { proceduresOf, type AnyRouter, type Procedure } from "./procedures.ts";
import { sampleOf } from "./sample.ts";
import { createTraces, type Traces } from "./traces.ts";
import type { Call, Outcome, World } from "./world.ts";

/** What a proof needs to know. */
export interface ProveOptions {
  readonly router: AnyRouter;
  /** The twins: equal, but that the other tenant exists in one and never was in the other. */
  readonly withOther: World;
  readonly withoutOther: World;
  /** Who attacks; the first that reaches a procedure's valid call makes it reached. */
  readonly callers: readonly Caller[];
  /** What was seen to succeed, by procedure; one without gets an input made of its schema. */
  readonly inputs: Readonly<Record<string, RecordedInput>>;
  /** Whatever the other tenant has. */
  readonly values: readonly ForeignValue[];
  /** Texts that no answer may contain, unless the call itself did. Default: the values. */
  readonly traces?: readonly string[];
  /** The other tenant calls each procedure first, so that what is kept from his call could be answered. */
  readonly other?: Pick<Caller, "headers">;
  /** Names of headers with room for a foreign value. */
  readonly headers?: readonly string[];
  /** Procedures, `documents.*` being all of a noun; default all. */
  readonly only?: readonly string[];
  readonly stopAtFirst?: boolean;
  readonly seed?: number;
  readonly onProcedure?: (result: ProcedureResult) => void;
}

/** What became of one procedure. */
export interface ProcedureResult {
  readonly path: string;
  readonly type: Procedure["type"];
  /** Places of its input, and headers, that took a foreign value. */
  readonly places: readonly PlaceResult[];
  readonly requests: number;
  /** Calls that both worlds answered with success. */
  readonly succeeded: number;
  /** Calls that changed rows, which both worlds were compared in. */
  readonly changed: number;
  readonly findings: readonly Finding[];
  /** Why the proof does not hold for it, other than by a difference. */
  readonly faults: readonly string[];
  readonly exemptions: readonly Exemption[];
  readonly durationMs: number;
}

/** Attacks on one place. */
export interface PlaceResult {
  readonly place: string;
  readonly requests: number;
  readonly findings: number;
}

/** What a proof says. */
export interface Proof {
  /** Whether nothing was found and nothing was left out. */
  readonly holds: boolean;
  readonly procedures: readonly ProcedureResult[];
  /** What is wrong with the run as a whole. */
  readonly faults: readonly string[];
  readonly values: number;
  readonly requests: number;
  readonly durationMs: number;
}

/** Calls that are sent to the worlds at once; each world answers them one after the other. */
const chunkSize = 50;

/** Findings that are kept of one procedure: a thousand more of a kind say nothing new. */
const findingsMax = 20;

/**
 * Calls every procedure of a router with whatever another tenant has in every place that has room, in a world where he exists and in one
 * where he never was, and compares status, headers, body and every changed row byte for byte. Throws nothing for what it finds.
 */
export const prove = async (options: ProveOptions): Promise<Proof> => {
  const began = performance.now();
  const traces = createTraces(options.traces ?? options.values.map(({ value }) => value));
  const chosen = proceduresOf(options.router).filter(({ path }) => isChosen(path, options.only));
  const clock = { moment: 0 };
  const procedures: ProcedureResult[] = [];
  for (const procedure of chosen) {
    const result = await proveOne(procedure, { options, traces, clock });
    procedures.push(result);
    options.onProcedure?.(result);
    if (options.stopAtFirst === true && !isClean(result)) break;
  }
  const faults = [
    ...(chosen.length === 0 ? [`no procedure is called ${options.only?.join(" or ") ?? "anything"}`] : []),
    ...(options.values.length === 0 ? ["nothing of the other tenant is known: there is nothing to attack with"] : []),
  ];
  return {
    holds: faults.length === 0 && procedures.every(isClean),
    procedures,
    faults,
    values: options.values.length,
    requests: procedures.reduce((sum, { requests }) => sum + requests, 0),
    durationMs: Math.round(performance.now() - began),
  };
};

const isClean = ({ findings, faults }: ProcedureResult): boolean => findings.length === 0 && faults.length === 0;

const isChosen = (path: string, only: readonly string[] | undefined): boolean =>
  only === undefined ||
  only.some((name) => name === path || (name.endsWith(".*") && path.startsWith(name.slice(0, -1))));

interface Run {
  readonly options: ProveOptions;
  readonly traces: Traces;
  readonly clock: { moment: number };
}

const proveOne = async (procedure: Procedure, run: Run): Promise<ProcedureResult> => {
  const began = performance.now();
  const { options } = run;
  const input = options.inputs[procedure.path] ?? { own: sampleOf(procedure.schema) };
  const plan = { values: options.values, headers: options.headers ?? [], seed: options.seed ?? 1 };
  const callers = options.callers.filter(({ calls }) => calls?.(procedure.path) ?? true);
  const attacks = callers.flatMap((caller) => attacksOn(procedure, caller, input, plan));
  const tally = createTally(
    procedure,
    new Set(callers.filter(({ isRefused }) => isRefused?.(procedure.path)).map(({ name }) => name)),
  );
  await otherGoesFirst(procedure, input, run);
  for (let at = 0; at < attacks.length; at += chunkSize) {
    await attackWith(attacks.slice(at, at + chunkSize), run, tally);
    if (options.stopAtFirst === true && tally.findings.length > 0) break;
  }
  const isWhole = options.stopAtFirst !== true || tally.findings.length === 0;
  return {
    path: procedure.path,
    type: procedure.type,
    places: [...tally.places].map(([place, counts]) => ({ place, ...counts })),
    requests: tally.requests,
    succeeded: tally.succeeded,
    changed: tally.changed,
    findings: tally.findings.slice(0, findingsMax),
    faults: [
      ...(isWhole && !tally.isReached ? [unreached(procedure, input, tally.refusals, callers)] : []),
      ...tally.admitted,
      ...exemptionFaults(procedure, isWhole ? tally.exempted : undefined),
    ],
    exemptions: exemptionsUnder(procedure, tally.exempted),
    durationMs: Math.round(performance.now() - began),
  };
};

const createTally = (procedure: Procedure, refused: ReadonlySet<string>) => ({
  procedure,
  /** Callers whom it must refuse. */
  refused,
  /** Faults: such callers whom it answered otherwise. */
  admitted: [] as string[],
  requests: 0,
  succeeded: 0,
  changed: 0,
  isReached: false,
  refusals: [] as string[],
  findings: [] as Finding[],
  /** Differences that an exemption allowed, by its aspect. */
  exempted: new Map<string, number>(),
  places: new Map<string, { requests: number; findings: number }>(),
});

type Tally = ReturnType<typeof createTally>;

const otherGoesFirst = async ({ path, type }: Procedure, input: RecordedInput, { options, clock }: Run) => {
  if (options.other === undefined) return;
  const sent = input.other ?? input.own;
  await options.withOther.run([
    { moment: (clock.moment += 1), procedure: path, type, input: sent, headers: options.other.headers },
  ]);
};

const attackWith = async (attacks: readonly Attack[], { options, traces, clock }: Run, tally: Tally) => {
  const calls = attacks.map(({ call }): Call => ({ ...call, moment: (clock.moment += 1) }));
  const [one, other] = await Promise.all([options.withOther.run(calls), options.withoutOther.run(calls)]);
  for (const [index, attack] of attacks.entries()) {
    const [call, withOther, withoutOther] = [calls[index], one[index], other[index]];
    if (call === undefined || withOther === undefined || withoutOther === undefined)
      throw new Error(`a world answered ${one.length} and ${other.length} of ${calls.length} calls`);
    count(attack, withOther, withoutOther, tally);
    const found = compare({ attack, call, traces }, withOther, withoutOther);
    for (const finding of found) judge(finding, tally);
  }
};

const count = (attack: Attack, withOther: Outcome, withoutOther: Outcome, tally: Tally) => {
  tally.requests += 1;
  const counts = tally.places.get(attack.aspect) ?? { requests: 0, findings: 0 };
  counts.requests += 1;
  tally.places.set(attack.aspect, counts);
  const isAnswered = succeeded(withOther) && succeeded(withoutOther);
  if (isAnswered) tally.succeeded += 1;
  if (withOther.changes.length > 0 || withoutOther.changes.length > 0) tally.changed += 1;
  if (attack.aspect !== "valid") return;
  if (tally.refused.has(attack.caller)) {
    if (!isForbidden(withOther) || !isForbidden(withoutOther))
      tally.admitted.push(`${tally.procedure.path} does not refuse ${attack.caller}: ${withoutOther.answer.status}`);
  } else if (isAnswered) tally.isReached = true;
  else tally.refusals.push(`${attack.caller}: ${withoutOther.answer.status} ${withoutOther.answer.body.slice(0, 300)}`);
};

const succeeded = ({ answer }: Outcome): boolean => answer.status >= 200 && answer.status < 300;

const isForbidden = ({ answer }: Outcome): boolean => answer.status === 401 || answer.status === 403;

/** What an exemption allows is counted, so that one which nothing needs is found. */
const judge = (finding: Finding, tally: Tally) => {
  const aspect = allowancesFor(finding).find((name) => name in tally.procedure.exempt);
  if (aspect !== undefined) {
    tally.exempted.set(aspect, (tally.exempted.get(aspect) ?? 0) + 1);
    return;
  }
  tally.findings.push(finding);
  const counts = tally.places.get(finding.aspect);
  if (counts !== undefined) counts.findings += 1;
};

/** Exemptions that would allow it, by aspect: whatever shows or reaches what is the other tenant's has to be named as such. */
const allowancesFor = ({ what, aspect, caller, tables = [] }: Finding): readonly string[] => {
  if (what === "trace") return [`${aspect} shows`];
  if (what === "the other tenant's rows") return [`${aspect} writes ${tables.join(",")}`];
  return ["*", aspect, `as ${caller}`];
};

const unreached = (
  { path, schema }: Procedure,
  { own }: RecordedInput,
  refusals: readonly string[],
  callers: readonly Caller[],
): string => {
  if (callers.length === 0) return `${path} was not reached: no caller calls it`;
  const takes = Object.keys(schema.properties ?? {});
  return [
    `${path} was not reached: no caller's valid call succeeded.`,
    `Give it a recorded input${takes.length === 0 ? "" : ` of ${takes.join(", ")}`} that does; sent was ${JSON.stringify(own) ?? "nothing"}.`,
    ...refusals,
  ].join("\n  ");
};
