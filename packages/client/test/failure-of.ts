import { SeveraltyError } from "../src/severalty-error.ts";

/** The error that a call fails with. Throws when it succeeds, or fails with another kind of error. */
export const failureOf = async (call: Promise<unknown>): Promise<SeveraltyError> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof SeveraltyError) return error;
    throw error;
  }
  throw new Error("the call was expected to fail, and succeeded");
};
