import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Mutant, Verdict } from "./mutant.ts";

/** Longest wait for a verdict, in milliseconds; nothing that the tests can notice takes so long. */
const judgeTimeoutMs = 300_000;
const startTimeoutMs = 120_000;

interface Answer {
  readonly isReady?: true;
  readonly verdict?: Verdict;
  readonly control?: string | null;
}

/** A lane's process, started with the first question and anew after one that it did not survive. */
export class LaneClient implements AsyncDisposable {
  readonly #repository: string;
  #process: ChildProcess | undefined;

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** What becomes of the mutant; one that stops the lane is noticed, by the time it took. */
  async judge(mutant: Mutant): Promise<Verdict> {
    const began = Date.now();
    const lane = await this.#lane();
    try {
      const { verdict } = await ask(lane, { mutant }, judgeTimeoutMs);
      if (verdict === undefined) throw new Error("the lane answered something else");
      return verdict;
    } catch (error) {
      await this.#kill();
      const { id, kind, what } = mutant;
      return { id, kind, what, outcome: "killed", by: "time", test: String(error), ms: Date.now() - began };
    }
  }

  /** What fails without a mutant: after a run it tells whether one left something behind. */
  async control(): Promise<string | undefined> {
    const { control } = await ask(await this.#lane(), { isControl: true }, judgeTimeoutMs);
    return control ?? undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const lane = this.#process;
    if (lane === undefined || lane.exitCode !== null) return;
    const ended = new Promise((resolve) => lane.once("exit", resolve));
    lane.send({ isEnd: true });
    await ended;
  }

  async #lane(): Promise<ChildProcess> {
    if (this.#process !== undefined && this.#process.exitCode === null && !this.#process.killed) return this.#process;
    // Tests for CI alone take long, and tell nothing of a defence.
    const { CI: _, ...env } = process.env;
    const lane = fork(join(import.meta.dirname, "lane-process.ts"), [this.#repository], {
      env,
      execArgv: [],
      stdio: ["ignore", "ignore", process.env["MUTANTS_DEBUG"] === undefined ? "ignore" : "inherit", "ipc"],
    });
    this.#process = lane;
    await answerOf(lane, startTimeoutMs);
    return lane;
  }

  async #kill(): Promise<void> {
    const lane = this.#process;
    this.#process = undefined;
    if (lane === undefined || lane.exitCode !== null) return;
    const ended = new Promise((resolve) => lane.once("exit", resolve));
    lane.kill("SIGKILL");
    await ended;
  }
}

const ask = (lane: ChildProcess, question: object, timeoutMs: number): Promise<Answer> => {
  const answer = answerOf(lane, timeoutMs);
  lane.send(question);
  return answer;
};

const answerOf = (lane: ChildProcess, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void) => () => {
      clearTimeout(timer);
      lane.off("exit", gone).off("message", answered);
      then();
    };
    const gone = settle(() => reject(new Error("the lane ended")));
    const answered = (message: unknown) => settle(() => resolve(message as Answer))();
    const timer = setTimeout(
      settle(() => reject(new Error(`no verdict in ${timeoutMs / 1000} s`))),
      timeoutMs,
    );
    lane.on("exit", gone).on("message", answered);
  });
