import type {
  AgentInstanceId,
  AgentRoleId,
  CookbookId,
  RecipeId,
  SubscriptionId,
  TeamId,
  TenantId,
} from "@severalty/domain/ids";
import { parseRecipe } from "@severalty/domain/recipe-yaml";
import type { DemoSize } from "./demo-size.ts";
import type { DemoSource } from "./demo-source.ts";
import { agentRoles, clients } from "./demo-words.ts";
import type { Batch, Row } from "./insert-rows.ts";

/** The agents of a demo tenant, and what they work by. */
export interface DemoAgents {
  readonly agents: readonly { readonly id: AgentInstanceId; readonly teamId: TeamId }[];
  readonly recipeIds: readonly RecipeId[];
  readonly batches: readonly Batch[];
}

/** Every role has a cookbook of two recipes and a subscription with as many places taken as agents are deployed. */
export const demoAgents = (
  source: DemoSource,
  size: DemoSize,
  tenantId: TenantId,
  teamIds: readonly TeamId[],
): DemoAgents => {
  const at = source.past(300);
  const stamps = { tenant_id: tenantId, created_at: at, updated_at: at, version: 1 };
  const rows = {
    roles: [] as Row[],
    cookbooks: [] as Row[],
    recipes: [] as (Row & { id: RecipeId })[],
    subscriptions: [] as Row[],
  };
  const instances: (Row & { id: AgentInstanceId; team_id: TeamId })[] = [];
  for (const [index, { name, capabilities, icon }] of agentRoles.entries()) {
    const roleId = source.id<AgentRoleId>(at);
    const cookbookId = source.id<CookbookId>(at);
    const deployed = Math.floor((size.agents + agentRoles.length - 1 - index) / agentRoles.length);
    rows.roles.push({
      ...stamps,
      id: roleId,
      name,
      description: `${name}: ${capabilities.join(", ")}.`,
      capabilities,
      default_configuration: { temperature: 0.2 },
    });
    rows.cookbooks.push({
      ...stamps,
      id: cookbookId,
      agent_role_id: roleId,
      name: `${name}'s cookbook`,
      description: `How a ${name.toLowerCase()} works here.`,
    });
    for (const capability of capabilities.slice(0, 2)) {
      const sourceYaml = recipeYaml(name, capability);
      const definition = parseRecipe(sourceYaml);
      rows.recipes.push({
        ...stamps,
        id: source.id<RecipeId>(at),
        cookbook_id: cookbookId,
        name: definition.name,
        source_yaml: sourceYaml,
        definition,
        status: "published",
      });
    }
    rows.subscriptions.push({
      ...stamps,
      id: source.id<SubscriptionId>(at),
      agent_role_id: roleId,
      purchased: deployed + 2,
      allocated: deployed + 1,
      active: deployed,
    });
    for (let number = 1; number <= deployed; number++) {
      instances.push({
        ...stamps,
        id: source.id<AgentInstanceId>(at),
        agent_role_id: roleId,
        cookbook_id: cookbookId,
        team_id: source.pick(teamIds),
        custom_name: `${name} ${number}`,
        avatar_icon: icon,
        configuration: { client: source.pick(clients) },
        status: "active",
      });
    }
  }
  return {
    agents: instances.map(({ id, team_id: teamId }) => ({ id, teamId })),
    recipeIds: rows.recipes.map(({ id }) => id),
    batches: [
      { table: "app.agent_roles", rows: rows.roles },
      { table: "app.cookbooks", rows: rows.cookbooks },
      { table: "app.recipes", rows: rows.recipes },
      { table: "app.subscriptions", rows: rows.subscriptions },
      { table: "app.agent_instances", rows: instances },
    ],
  };
};

const recipeYaml = (role: string, capability: string): string => `# ${role}: ${capability}
name: ${role} ${capability}
description: Takes a brief, does the work, and checks it.
inputs:
  - name: brief
    type: document
  - name: deadline
    type: text
    required: false
steps:
  - id: read
    uses: documents.read
    prompt: Read the brief and list what is asked for.
  - id: ${capability}
    uses: agent.${capability}
    needs: [read]
    prompt: Do what is asked for, and nothing else.
  - id: check
    uses: agent.review
    needs: [read, ${capability}]
    prompt: Compare the result with the list, point by point.
`;
