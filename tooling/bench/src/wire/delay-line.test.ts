import { expect, test } from "vitest";
import { type Alarm, DelayLine } from "./delay-line.ts";

const alarm: Alarm = (afterMs, ring) => void setTimeout(ring, afterMs);

test("nothing is done before its time, and all of it in order", async () => {
  const line = new DelayLine(alarm);
  line.delayMs = 3;
  const began = performance.now();
  const done: [number, number][] = [];
  await new Promise<void>((resolve) => {
    for (let index = 0; index < 5; index++) line.add(() => done.push([index, performance.now() - began]));
    line.add(resolve);
  });
  expect(done.map(([index]) => index)).toEqual([0, 1, 2, 3, 4]);
  for (const [, tookMs] of done) expect(tookMs).toBeGreaterThanOrEqual(3);
});

test("without a delay it is done at once, but never before what came earlier", async () => {
  const line = new DelayLine(alarm);
  const done: string[] = [];
  line.add(() => done.push("at once"));
  expect(done).toEqual(["at once"]);
  line.delayMs = 2;
  line.add(() => done.push("delayed"));
  line.delayMs = 0;
  await new Promise<void>((resolve) => line.add(() => resolve(void done.push("after it"))));
  expect(done).toEqual(["at once", "delayed", "after it"]);
});
