/**
 * Aborted by the first of Ctrl-C, SIGTERM and a closed terminal; later ones change nothing, because the package managers
 * above hand on what the terminal has already sent. From then on this process ends only by itself.
 */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  // A terminal or pipe that is gone must not keep the rest from being stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return controller.signal;
};
