import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launchersOf } from "./launchers.ts";

test("the package managers above a process are found with the shells between them, and no further", async () => {
  const folder = mkdtempSync(join(tmpdir(), "severalty-launchers-"));
  const program = "console.log(process.pid); setInterval(() => {}, 1000)";
  const script = (name: string, line: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n:`);
    chmodSync(join(folder, name), 0o755);
  };
  // Each is a process of its own: no shell replaces itself by a command that is not its last.
  script("pnpm", `sh -c '"${process.execPath}" -e "${program}"; :'`);
  script("outer", join(folder, "pnpm"));
  const outer = spawn("sh", ["-c", `${join(folder, "outer")}; :`], { detached: true });
  try {
    const pid = await new Promise<number>((resolve) => {
      outer.stdout.once("data", (text: Buffer) => resolve(Number(text.toString())));
    });
    expect(launchersOf(pid)).toHaveLength(2);
  } finally {
    process.kill(-(outer.pid ?? 0), "SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
