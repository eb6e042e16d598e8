/** A lane in a process of its own, so that a mutant that never ends can be ended: mutants in, verdicts out. */
import { openLane } from "./lane.ts";
import type { Mutant } from "./mutant.ts";

const repository = process.argv[2] ?? process.cwd();
const lane = await openLane(repository);
const send = (message: object) => process.send?.(message);

process.on("message", (message: { mutant?: Mutant; isControl?: boolean; isEnd?: boolean }) => {
  void (async () => {
    if (message.mutant !== undefined) send({ verdict: await lane.judge(message.mutant) });
    if (message.isControl === true) send({ control: (await lane.control()) ?? null });
    if (message.isEnd === true) {
      await lane[Symbol.asyncDispose]();
      process.exit(0);
    }
  })().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
// Whoever asked is gone, and with this process goes its PostgreSQL.
process.on("disconnect", () => process.exit(0));
send({ isReady: true });
