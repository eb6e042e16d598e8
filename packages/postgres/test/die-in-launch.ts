/** A program that starts a cluster on the folder it is given, throw-away or not, and is killed when its server's process is there. */
import { argv } from "node:process";
import { startCluster } from "../src/cluster.ts";
import { processesIn } from "../src/process-table.ts";

const [, , dataDir = "", ephemeral] = argv;
setInterval(() => {
  if (processesIn(dataDir).length > 0) process.kill(process.pid, "SIGKILL");
}, 1);
await startCluster({ dataDir, ephemeral: ephemeral === "true" });
process.exit(1);
