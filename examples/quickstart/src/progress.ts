import { SingleBar } from "cli-progress";

/** How far a step is. */
export interface Progress {
  step(): void;
  end(): void;
}

/** A bar on a terminal; elsewhere a line at each quarter. */
export const startProgress = (what: string, total: number): Progress =>
  process.stdout.isTTY ? startBar(what, total) : startLines(what, total);

const startBar = (what: string, total: number): Progress => {
  const bar = new SingleBar({ format: `${what} [{bar}] {value}/{total}`, stream: process.stdout });
  bar.start(total, 0);
  return { step: () => bar.increment(), end: () => bar.stop() };
};

const startLines = (what: string, total: number): Progress => {
  let done = 0;
  return {
    step: () => {
      done += 1;
      const isQuarter = Math.floor((done * 4) / total) > Math.floor(((done - 1) * 4) / total);
      if (isQuarter) console.log(`${what} ${done}/${total}`);
    },
    end: () => undefined,
  };
};
