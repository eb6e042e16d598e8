import type { Samples } from "../samples.ts";

export const errorsQuoteNothing: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    'throw new DomainError("conflict", `tasks/${status}`, `this one is ${status}`);',
    'throw new NotFoundError("templates");',
    'throw new DomainError("conflict", "subscriptions/in-use", `agents are at work, got ${active}`, { cause: error });',
  ],
  bad: [
    {
      title: "whose address it is that is taken",
      seen: "better-auth/better-auth#7972",
      code: 'throw new DomainError("conflict", "users/taken", `${existing.email} is taken`);',
    },
    {
      title: "the database's own sentence",
      seen: "qauth-labs/qauth#365",
      code: 'throw new DomainError("internal", "x/failed", error.message);',
    },
    {
      title: "the values of a unique key",
      seen: "GaloyMoney/es-entity#173",
      code: 'throw new DomainError("conflict", "x/taken", "taken: " + error.detail);',
    },
    { title: "what was asked for", seen: "erxes/erxes#1354", code: "throw new Error(`no user ${input.email}`);" },
    {
      title: "a row as text",
      seen: "imuniqueshiv/MeetOnMemory#1812",
      code: "throw new Error(`not allowed: ${JSON.stringify(row)}`);",
    },
  ],
};
