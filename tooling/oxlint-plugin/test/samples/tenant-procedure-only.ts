import type { Samples } from "../samples.ts";

export const tenantProcedureOnly: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    'import { noInput, router, tenantProcedure } from "../procedures.ts";',
    'import type { Context } from "../trpc.ts";',
  ],
  bad: [
    {
      title: "a procedure that anybody may call",
      seen: "ToolJet/ToolJet#17394",
      code: 'import { publicProcedure, router } from "../procedures.ts";',
    },
    {
      title: "a procedure that asks who calls, but not what he may",
      seen: "jeremylongshore/qmd-team-intent-kb#169",
      code: 'import { router, userProcedure } from "../procedures.ts";',
    },
    { title: "a bare procedure", code: 'import { t } from "../trpc.ts";' },
    { title: "all that there is", code: 'import * as procedures from "../procedures.ts";' },
  ],
};
