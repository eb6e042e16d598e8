/** A program that starts a cluster on the folder it is given and is killed in the middle of initdb. */
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { argv } from "node:process";
import { startCluster } from "../src/cluster.ts";

const [, , dataDir = ""] = argv;
setInterval(() => {
  const names = readdirSync(dirname(dataDir));
  if (names.some((name) => name.startsWith(`${basename(dataDir)}.new-`))) process.kill(process.pid, "SIGKILL");
}, 5);
await startCluster({ dataDir });
