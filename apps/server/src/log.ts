import { type Logger, pino } from "pino";

/** Most that is kept of lines that cannot be written, in bytes, until they can; further ones are lost. */
const unwrittenBytesMax = 1024 * 1024;

/** The server's log, one line of JSON for each entry on standard output. A full disk loses lines, and ends nothing. */
export const createLog = (level: string): Logger => {
  // Written at once: what pino still writes in the background when the process exits comes out of order.
  const lines = pino.destination({ sync: true, maxLength: unwrittenBytesMax });
  let isSaid = false;
  lines.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (isSaid) return;
    isSaid = true;
    process.stderr
      .on("error", () => undefined)
      .write(`the log cannot be written (${code}): lines are lost until it can\n`);
  });
  return pino({ level, base: null }, lines);
};
