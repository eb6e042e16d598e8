/** Resolves after half to the whole of `ms`, at random, so that many who wait do not come back at once. Rejects when aborted. */
export const wait = (ms: number, signal?: AbortSignal | null): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", end);
        resolve();
      },
      ms * (0.5 + Math.random() / 2),
    );
    signal?.addEventListener("abort", end, { once: true });
  });
