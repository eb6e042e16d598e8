import type { Samples } from "../samples.ts";

export const workIsAwaited: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "await tasks.remove(input.id);",
    "const found = await load().catch(toNothing);",
    "return work().then(answer);",
  ],
  bad: [
    { title: "a promise that nobody waits for", seen: "vitaly-t/pg-promise#40", code: "void tasks.remove(input.id);" },
    { title: "a promise whose failure alone is looked at", code: "tasks.remove(input.id).catch(log);" },
    { title: "work after a time", code: "setTimeout(() => tasks.remove(input.id), 1000);" },
    {
      title: "work after the answer",
      seen: "Joris-van-der-Wel/node-pg-large-object#5",
      code: "setImmediate(() => tasks.remove(input.id));",
    },
    {
      title: "work at an event",
      seen: "nodejs/help#2546",
      code: 'response.on("finish", () => tasks.remove(input.id));',
    },
    { title: "work on the next tick", code: "process.nextTick(work);" },
  ],
};
