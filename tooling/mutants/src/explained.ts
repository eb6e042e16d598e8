/** Survivors that are no gap, by the mutant's id, each with the reason why nothing could notice it. */
export const explained: Readonly<Record<string, string>> = {};
