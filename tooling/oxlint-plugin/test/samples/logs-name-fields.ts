import type { Samples } from "../samples.ts";

export const logsNameFields: Samples = {
  file: "packages/api/src/leak.ts",
  good: [
    'log.info({ procedure, code, reason: cause.reason }, "refused");',
    'log.error({ err: describeError(error) }, "unhandled error");',
    'ctx.log.warn({ rows: rows.length }, "slow");',
    "log.warn({ database: variable }, `no connection at ${at}`);",
  ],
  bad: [
    { title: "the input as a whole", seen: "GaloyMoney/es-entity#173", code: 'ctx.log.info({ input }, "called");' },
    { title: "a row as a whole", code: "log.debug(row);" },
    { title: "the caller's headers, tokens included", code: 'log.info({ headers: request.headers }, "request");' },
    {
      title: "an error, whose message quotes values",
      seen: "GaloyMoney/es-entity#173",
      code: 'log.error({ err: error }, "failed");',
    },
    { title: "an error's message", seen: "GaloyMoney/es-entity#173", code: "log.error(`failed: ${error.message}`);" },
    { title: "the input, spread", code: 'log.info({ ...input }, "called");' },
    { title: "the input, as text", code: "logger.warn(`called with ${JSON.stringify(input)}`);" },
    { title: "the console", code: "console.log(document);" },
  ],
};
