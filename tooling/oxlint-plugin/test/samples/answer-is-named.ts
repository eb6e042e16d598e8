import type { Samples } from "../samples.ts";

export const answerIsNamed: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "x.query(({ ctx, input }): Promise<DocumentWhole> => load(ctx, input));",
    "x.mutation(async ({ ctx, input }): Promise<{ id: DocumentId }> => remove(ctx, input));",
    'import { Hold, type HoldId } from "@severalty/db/entities/hold";\nx.mutation(async ({ ctx }): Promise<{ id: HoldId }> => remove(ctx));',
    "map.query;",
  ],
  bad: [
    {
      title: "an answer of whatever was found",
      seen: "fliks-app/fliks#399",
      code: "x.query(({ ctx, input }) => load(ctx, input));",
    },
    {
      title: "an entity as the answer",
      seen: "ToolJet/ToolJet#17717",
      code: 'import { Document } from "@severalty/db/entities/document";\nx.query(({ ctx, input }): Promise<Document> => load(ctx, input));',
    },
    {
      title: "entities in a list",
      seen: "formbricks/formbricks#7814",
      code: 'import { User } from "@severalty/db/entities/user";\nx.query(({ ctx, input }): Promise<{ items: User[] }> => load(ctx, input));',
    },
    {
      title: "an entity as the ORM has loaded it",
      seen: "jhipster/jhipster-dotnetcore#214",
      code: "x.query(({ ctx }): Promise<Loaded<Row>> => load(ctx));",
    },
    { title: "an answer of any type", code: "x.mutation(async ({ ctx }): Promise<unknown> => load(ctx));" },
    { title: "a handler that stands elsewhere", code: "x.query(loadDocument);" },
  ],
};
