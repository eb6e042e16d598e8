import { SingleBar } from "cli-progress";
import type { logFormats } from "./log.ts";

/** How far a long piece of work has come. */
export interface Progress extends Disposable {
  add(rows: number): void;
  stop(): void;
}

/** Fewer rows are there before anybody has read the first line. */
const shownFrom = 10_000;

/** A bar where a person looks on; elsewhere a line for each tenth. Nothing for what is small. */
export const showProgress = (
  format: (typeof logFormats)[number],
  total: number,
  say: (line: string) => void,
): Progress => {
  if (total < shownFrom) return asProgress(() => undefined);
  if (format === "json" || !process.stderr.isTTY) return asProgress(sayTenths(total, say));
  const bar = new SingleBar({
    format: "seeding {bar} {percentage} % | {value} of {total} rows | {eta_formatted} left",
  });
  bar.start(total, 0);
  return asProgress(
    (rows) => bar.increment(rows),
    () => bar.stop(),
  );
};

const sayTenths = (total: number, say: (line: string) => void) => {
  let done = 0;
  return (rows: number) => {
    const before = Math.floor((done * 10) / total);
    done += rows;
    const after = Math.floor((done * 10) / total);
    if (after > before) say(`seeding: ${after * 10} %, ${done} of ${total} rows`);
  };
};

const asProgress = (add: (rows: number) => void, stop: () => void = () => undefined): Progress => ({
  add,
  stop,
  [Symbol.dispose]: stop,
});
