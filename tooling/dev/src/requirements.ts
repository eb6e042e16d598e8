/** One promise of docs/requirements.md. */
interface Requirement {
  readonly name: string;
  readonly state: string;
  /** Titles of the tests that prove it. */
  readonly tests: readonly string[];
}

const STATES = new Set(["proved", "partly", "planned"]);

/** Every requirement there is: A1–A6, B1–B8, C1–C4, D1–D3, E1–E7. */
const NAMES = Object.entries({ A: 6, B: 8, C: 4, D: 3, E: 7 }).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);

/**
 * What is wrong with the table of requirements, one line each, given the titles of the tests that passed: a requirement that is missing or
 * listed twice, an unknown state, a proved one without a test, and a named test that did not pass in this run.
 */
export const requirementFaults = (markdown: string, passed: ReadonlySet<string>): string[] => {
  const requirements = markdown.split("\n").flatMap(readRow);
  const counted = NAMES.flatMap((name) => {
    const count = requirements.filter((requirement) => requirement.name === name).length;
    return count === 1 ? [] : [`${name} is listed ${count} times`];
  });
  return [...counted, ...requirements.flatMap((requirement) => faultsOf(requirement, passed))];
};

const readRow = (line: string): Requirement[] => {
  const cells = line.split("|").map((cell) => cell.trim());
  const [, name = "", , state = "", proof = ""] = cells;
  if (!/^[A-E]\d$/.test(name)) return [];
  return [{ name, state, tests: [...proof.matchAll(/`([^`]+)`/g)].map(([, title = ""]) => title) }];
};

const faultsOf = ({ name, state, tests }: Requirement, passed: ReadonlySet<string>): string[] => {
  const faults = STATES.has(state) ? [] : [`${name} has the unknown state ${JSON.stringify(state)}`];
  if (state === "proved" && tests.length === 0) faults.push(`${name} is proved by no test`);
  for (const title of tests) if (!passed.has(title)) faults.push(`${name} names a test that did not pass: ${title}`);
  return faults;
};
