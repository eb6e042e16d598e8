import { z } from "zod";
import { displayName } from "./name.ts";
import { storableText } from "./text.ts";
import { rule } from "./seen.ts";

/** Whether a recipe is still being written. */
export const recipeStatuses = ["draft", "published"] as const;
export type RecipeStatus = (typeof recipeStatuses)[number];

const word = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, rule("must be 1 to 64 characters of a-z, 0-9, _ and -, and begin with a letter"));

const input = z.strictObject({
  name: word,
  type: z.enum(["text", "number", "boolean", "document"]),
  description: storableText({ min: 1, max: 500 }).optional(),
  required: z.boolean().default(true),
});

const step = z.strictObject({
  id: word,
  uses: storableText({ min: 1, max: 120 }),
  prompt: storableText({ min: 1, max: 20_000 }).optional(),
  with: z.record(word, z.json()).optional(),
  needs: z.array(word).max(32).default([]),
});

/** What a recipe says: its inputs, and steps that name the steps they need. */
export const recipeDefinition = z
  .strictObject({
    name: displayName,
    description: storableText({ min: 0, max: 2000 }).optional(),
    inputs: z.array(input).max(32).default([]),
    steps: z.array(step).min(1).max(100),
  })
  .superRefine((recipe, context) => {
    const seen = new Set<string>();
    for (const [index, { id, needs }] of recipe.steps.entries()) {
      if (seen.has(id))
        context.addIssue({ code: "custom", path: ["steps", index, "id"], message: `the step ${id} is named twice` });
      for (const [at, need] of needs.entries()) {
        // Only steps further up: so a recipe always ends.
        if (!seen.has(need)) {
          context.addIssue({
            code: "custom",
            path: ["steps", index, "needs", at],
            message: `needs ${need}, which is no step above it`,
          });
        }
      }
      seen.add(id);
    }
  });
export type RecipeDefinition = z.infer<typeof recipeDefinition>;
