import { z } from "zod";
import { capabilities } from "./agent-role.ts";
import { jsonObject } from "./json.ts";
import { description, displayName } from "./name.ts";
import { recipeDefinition } from "./recipe.ts";
import { config } from "./tenant-config.ts";
import { slugPattern } from "./tenant.ts";
import { rule } from "./seen.ts";

/** The template that a tenant starts from when nobody names one. */
export const defaultTemplateKey = "blank";

export const templateKey = z
  .string()
  .regex(slugPattern, rule("template key must be 3 to 50 characters of a-z, 0-9 and inner hyphens"));

const recipe = z.strictObject({ name: displayName, sourceYaml: z.string().min(1), definition: recipeDefinition });

const cookbook = z.strictObject({
  name: displayName,
  description: description.default(""),
  recipes: z.array(recipe).default([]),
});

const agentRole = z.strictObject({
  name: displayName,
  description: description.default(""),
  capabilities: capabilities.default([]),
  defaultConfiguration: jsonObject.default({}),
  cookbooks: z.array(cookbook).default([]),
});

/**
 * What a tenant made from the template begins with. Recipes stand beside what their YAML means, so that the database can copy both.
 * Names are unique as they are within a tenant: of roles, of cookbooks over all roles, of recipes within a cookbook.
 */
export const templateDefinition = z
  .strictObject({ config, agentRoles: z.array(agentRole) })
  .superRefine(({ agentRoles }, context) => {
    const cookbooks = agentRoles.flatMap((role) => role.cookbooks);
    const lists: [string, { name: string }[]][] = [
      ["agent role", agentRoles],
      ["cookbook", cookbooks],
      ...cookbooks.map(({ name, recipes }): [string, { name: string }[]] => [
        `recipe of the cookbook ${name}`,
        recipes,
      ]),
    ];
    for (const [what, named] of lists) {
      const twice = named.find(({ name }, at) => named.findIndex((other) => other.name === name) < at);
      if (twice !== undefined)
        context.addIssue({ code: "custom", message: `the ${what} ${twice.name} is named twice`, path: ["agentRoles"] });
    }
  });
export type TemplateDefinition = z.infer<typeof templateDefinition>;
