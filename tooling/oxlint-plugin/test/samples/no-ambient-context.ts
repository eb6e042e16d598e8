import type { Samples } from "../samples.ts";

export const noAmbientContext: Samples = {
  file: "packages/api/src/leak.ts",
  good: ["const work = (ctx) => load(ctx.em);", "ctx.value = 1;"],
  bad: [
    {
      title: "a tenant in ambient storage",
      seen: "nodejs/node#51330",
      code: 'import { AsyncLocalStorage } from "node:async_hooks";',
    },
    {
      title: "ambient storage under its old name",
      seen: "WhiskeySockets/Baileys#2666",
      code: 'import { AsyncLocalStorage } from "async_hooks";',
    },
    { title: "a tenant in a global variable", seen: "sumanentc/multitenant#13", code: "globalThis.tenant = tenant;" },
    {
      title: "the ORM's ambient entity manager",
      seen: "mikro-orm/mikro-orm#2208",
      code: 'import { RequestContext } from "@mikro-orm/core";',
    },
  ],
};
