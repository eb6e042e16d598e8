/** What was asked for cannot be generated; nothing was written. Its message says what was seen and what is possible. */
export class GeneratorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GeneratorError";
  }
}
