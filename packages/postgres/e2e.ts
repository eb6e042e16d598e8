import { startCluster } from "/work/main/packages/postgres/src/cluster.ts";
const c = await startCluster({ dataDir: "/tmp/sv-e2e/pg", ephemeral: true });
console.log(c.url);
process.on('SIGTERM', async () => { await c.stop(); process.exit(0) });
setInterval(()=>{},1e6);
