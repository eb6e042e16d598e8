import type { Samples } from "../samples.ts";

export const noEnvironment: Samples = {
  file: "packages/api/src/leak.ts",
  good: ["const { key } = options;", "const env = parseEnvironment(schema, given, read);"],
  bad: [
    {
      title: "the migrator's URL",
      seen: "10xdigitalventures-gif/affiliate#25",
      code: 'connect(process.env["MIGRATOR_DATABASE_URL"]);',
    },
    { title: "the environment as a whole", code: "const env = process.env;" },
    { title: "the environment, taken out of process", code: "const { env } = process;" },
    { title: "the environment, imported", code: 'import { env } from "node:process";' },
  ],
};
