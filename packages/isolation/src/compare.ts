import type { Attack } from "./attacks.ts";
import { textOf, type Traces } from "./traces.ts";
import type { Call, Outcome } from "./world.ts";

/** Something that tells whether the other tenant exists, or that reaches him. */
export interface Difference {
  readonly what: "status" | "headers" | "body" | "state" | "trace" | "the other tenant's rows";
  /** Where the two part, in words and with what stands there. */
  readonly where: string;
  /** Tables in which the other tenant's rows were changed. */
  readonly tables?: readonly string[];
}

/** A difference, and everything that shows it. */
export interface Finding extends Difference {
  readonly procedure: string;
  readonly caller: string;
  readonly aspect: string;
  readonly kind: string;
  readonly call: Call;
  readonly withOther: Outcome;
  readonly withoutOther: Outcome;
}

/** Compares what two worlds made of one call, with no normalisation. */
export const compare = (
  { attack, call, traces }: { attack: Attack; call: Call; traces: Traces },
  withOther: Outcome,
  withoutOther: Outcome,
): readonly Finding[] =>
  [...differences(withOther, withoutOther), ...tracesIn(withOther, call, traces)].map((difference) => ({
    ...difference,
    procedure: call.procedure,
    caller: attack.caller,
    aspect: attack.aspect,
    kind: attack.kind,
    call,
    withOther,
    withoutOther,
  }));

const differences = (one: Outcome, other: Outcome): Difference[] => {
  const found: Difference[] = [];
  if (one.answer.status !== other.answer.status)
    found.push({ what: "status", where: `${one.answer.status} and ${other.answer.status}` });
  const [headers, otherHeaders] = [one.answer.headers.join("\n"), other.answer.headers.join("\n")];
  if (headers !== otherHeaders) found.push({ what: "headers", where: parting(headers, otherHeaders) });
  if (one.answer.body !== other.answer.body)
    found.push({ what: "body", where: parting(one.answer.body, other.answer.body) });
  const [changes, otherChanges] = [one.changes.join("\n"), other.changes.join("\n")];
  if (changes !== otherChanges) found.push({ what: "state", where: parting(changes, otherChanges) });
  if (one.otherChanges.length > 0)
    found.push({
      what: "the other tenant's rows",
      where: `changed: ${one.otherChanges.join(", ")}`,
      tables: one.otherChanges,
    });
  return found;
};

const tracesIn = ({ answer, changes }: Outcome, call: Call, traces: Traces): Difference[] => {
  const found = traces.find([textOf(answer), ...changes].join("\n"), call);
  return found.length === 0 ? [] : [{ what: "trace", where: `of the other tenant: ${found.slice(0, 5).join(", ")}` }];
};

/** The first character at which two texts part, with what is around it. */
const parting = (one: string, other: string): string => {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 30), at + 60));
  return `at character ${at}: ${around(one)} and ${around(other)}`;
};
