import type { LoadJob } from "./load-job.ts";
import { runJob } from "./run-job.ts";

// One job at a time, by messages from the process that forked this one, with which it ends.
process.on("message", (job: LoadJob) => {
  runJob(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => undefined);
