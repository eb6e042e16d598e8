/** What became of an attempt: the number it resolved to, or the SQLSTATE or name of its error. */
export type Outcome = number | string;

/** Never throws: two outcomes can be compared, whichever way each went. */
export const outcomeOf = async (attempt: () => Promise<number>): Promise<Outcome> => {
  try {
    return await attempt();
  } catch (error) {
    return errorWord(error);
  }
};

/** The SQLSTATE of a database error, otherwise the error's name. */
export const errorWord = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
};
