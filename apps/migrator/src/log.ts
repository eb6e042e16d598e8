export const logFormats = ["pretty", "json"] as const;

/** Where a program tells what it does: progress on standard output, why it ended on standard error. */
export interface Log {
  readonly say: (line: string) => void;
  /** `exitCode` is the one that the program will end with. */
  readonly fail: (message: string, exitCode: number) => void;
}

/** Pretty: plain lines. JSON: one object a line, with level, time (ISO 8601) and msg, as the server's. */
export const createLog = (format: (typeof logFormats)[number], now: () => Date): Log => {
  if (format === "pretty")
    return { say: (line) => console.log(line), fail: (message) => console.error(`migrate: ${message}`) };
  const write = (level: string, fields: object) => JSON.stringify({ level, time: now().toISOString(), ...fields });
  return {
    say: (line) => console.log(write("info", { msg: line })),
    fail: (message, exitCode) => console.error(write("error", { msg: message, exitCode })),
  };
};
