import type { Samples } from "../samples.ts";

export const inputIsStrict: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "z.strictObject({ title: documentTitle, metadata: jsonObject.default({}) });",
    "listInput({ userId: userId.optional() });",
    "z.enum(roles);",
  ],
  bad: [
    {
      title: "a schema that drops keys silently, and lets a typo pass",
      seen: "imuniqueshiv/MeetOnMemory#1812",
      code: "z.object({ title: documentTitle });",
    },
    {
      title: "a schema that keeps every key",
      seen: "imuniqueshiv/MeetOnMemory#1812",
      code: "z.looseObject({ title: documentTitle });",
    },
    { title: "a strict schema, loosened", code: "z.strictObject({ title }).passthrough();" },
    { title: "anything at all", code: "z.strictObject({ changes: z.any() });" },
    { title: "any columns with any values", code: "z.strictObject({ changes: z.record(z.string(), text) });" },
  ],
};
