import type { Samples } from "../samples.ts";

export const reasonedDisable: Samples = {
  file: "packages/api/src/leak.ts",
  good: [
    "// oxlint-disable-next-line leaks/sql-is-constant -- columns come out of the entity's metadata\nrun();",
    "// a comment that disables nothing\nrun();",
  ],
  bad: [
    { title: "no reason", code: "// oxlint-disable-next-line leaks/sql-is-constant\nrun();" },
    { title: "a reason that says nothing", code: "// oxlint-disable-next-line leaks/sql-is-constant -- ok\nrun();" },
    { title: "no rule", code: "// eslint-disable-next-line -- it is safe here because\nrun();" },
    { title: "a region without a reason", code: "/* oxlint-disable leaks/sql-is-constant */\nrun();" },
  ],
};
