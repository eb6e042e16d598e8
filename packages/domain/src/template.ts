import { z } from "zod";
import { capabilities } from "./agent-role.ts";
import { jsonObject } from "./json.ts";
import { description, displayName } from "./name.ts";
import { config } from "./tenant-config.ts";
import { slugPattern } from "./tenant.ts";

export const templateKey = z
  .string()
  .regex(slugPattern, { error: "template key must be 3 to 50 characters of a-z, 0-9 and inner hyphens" });

/** What a tenant made from the template begins with. Cookbooks belong to a role, recipes (as YAML) to a cookbook, both by name. */
export const templateDefinition = z.strictObject({
  config,
  agentRoles: z.array(
    z.strictObject({
      name: displayName,
      description: description.default(""),
      capabilities: capabilities.default([]),
      defaultConfiguration: jsonObject.default({}),
      cookbooks: z
        .array(
          z.strictObject({
            name: displayName,
            description: description.default(""),
            recipes: z.array(z.strictObject({ name: displayName, sourceYaml: z.string().min(1) })).default([]),
          }),
        )
        .default([]),
    }),
  ),
});
export type TemplateDefinition = z.infer<typeof templateDefinition>;
