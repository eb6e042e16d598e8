/** A program that starts a cluster on the folder it is given, says so, and never ends by itself. */
import { argv } from "node:process";
import { startCluster } from "../src/cluster.ts";

const [, , dataDir = ""] = argv;
const cluster = await startCluster({ dataDir });
console.log(JSON.stringify({ owned: cluster.owned, url: cluster.url, starter: cluster.starter }));
setInterval(() => undefined, 60_000);
