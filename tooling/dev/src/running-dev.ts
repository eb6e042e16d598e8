import { rmSync } from "node:fs";
import { join } from "node:path";
import { readIfPresent, writePrivateFile } from "./private-file.ts";

/** What a running dev script says of itself in `<data>/dev.json`, for the next one that is started there. */
export interface RunningDev {
  readonly pid: number;
  readonly url: string;
}

/** The note in the folder; one that is left although nothing runs tells of a crash. */
export const readRunningDev = (data: string): RunningDev | undefined => {
  const text = readIfPresent(join(data, "dev.json"));
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  return isRunningDev(value) ? value : undefined;
};

/** Writes the note. */
export const noteRunningDev = (data: string, dev: RunningDev): void =>
  writePrivateFile(join(data, "dev.json"), `${JSON.stringify(dev)}\n`);

/** Removes the note: the end was in order. */
export const forgetRunningDev = (data: string): void => rmSync(join(data, "dev.json"), { force: true });

const isRunningDev = (value: unknown): value is RunningDev =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  typeof value.pid === "number" &&
  "url" in value &&
  typeof value.url === "string";
