/**
 * Loaded into the server before anything else: tells the dev script its pid on standard input, which is a two-way pipe
 * that `node --watch` hands on. The watcher itself says nothing of the processes it starts.
 */
import { writeSync } from "node:fs";

try {
  writeSync(0, `${process.pid}\n`);
} catch {
  // The dev script has ended, and this process is about to.
}
