import { z } from "zod";
import { description, displayName } from "./name.ts";
import { parseRecipe } from "./recipe-yaml.ts";
import { templateDefinition, templateKey, type TemplateDefinition } from "./template.ts";

/** A template as its authors write it: recipes are YAML, named by their own `name`. */
export interface TemplateSource {
  readonly key: string;
  /** Raised with every change of the rest: tenants are offered what a higher version says. */
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly config: z.input<typeof templateDefinition>["config"];
  readonly agentRoles: readonly AgentRoleSource[];
}

export interface AgentRoleSource {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly defaultConfiguration?: Readonly<Record<string, z.core.util.JSONType>>;
  readonly cookbooks: readonly {
    readonly name: string;
    readonly description: string;
    readonly recipes: readonly string[];
  }[];
}

/** A template as it is stored. */
export interface CompiledTemplate {
  readonly key: string;
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly definition: TemplateDefinition;
}

const facts = z.strictObject({ key: templateKey, version: z.int().min(1), name: displayName, description });

/** Parses the recipes and checks every rule that a tenant's own rows obey. Throws `recipes/invalid-yaml` or a `ZodError`. */
export const compileTemplate = ({ config, agentRoles, ...source }: TemplateSource): CompiledTemplate => ({
  ...facts.parse(source),
  definition: templateDefinition.parse({
    config,
    agentRoles: agentRoles.map((role) => ({
      ...role,
      cookbooks: role.cookbooks.map((cookbook) => ({ ...cookbook, recipes: cookbook.recipes.map(compileRecipe) })),
    })),
  }),
});

const compileRecipe = (sourceYaml: string) => {
  const definition = parseRecipe(sourceYaml);
  return { name: definition.name, sourceYaml, definition };
};
