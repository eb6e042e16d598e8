import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Linux's folder in memory. */
const MEMORY_FOLDER = "/dev/shm";

/** What has to be free for it, in bytes: some hundred databases of 10 MB and their log. Containers give it 64 MB. */
const MEMORY_BYTES_MIN = 4 * 1024 ** 3;

/**
 * Where throw-away clusters live: in memory where there is plenty, otherwise in the folder for temporary files. Copying
 * a template takes 12 ms in memory and 150 ms on ext4, even with fsync off: a database is 300 files.
 */
export const quickFolder = (): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return Math.min(bavail * bsize, process.availableMemory()) >= MEMORY_BYTES_MIN ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
};
