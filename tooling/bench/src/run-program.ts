import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program to its end and answers how long it took, in milliseconds. Throws when its exit code is another one. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> => {
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...args], { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`${[program, ...args].join(" ")} ended with ${code}: ${said}`);
  return performance.now() - began;
};
