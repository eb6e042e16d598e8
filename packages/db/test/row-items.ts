import type { TenantId } from "@severalty/domain/ids";
import { byIdentity, type TemplateItem, type TemplateItems } from "@severalty/domain/template-items";
import type { Client } from "pg";

/** All that a tenant has of what a template can bring, read by SQL of the tests' own, past every policy. */
export const rowItems = async (admin: Client, tenantId: TenantId): Promise<TemplateItems> => {
  const { rows } = await admin.query<{ item: TemplateItem }>(
    `select jsonb_build_object('kind', 'config', 'name', e.key, 'content', e.value) as item
       from app.tenant_configs c, jsonb_each(c.config) e where c.tenant_id = $1
     union all
     select jsonb_build_object('kind', 'agentRole', 'name', name, 'content', jsonb_build_object(
       'description', description, 'capabilities', capabilities, 'defaultConfiguration', default_configuration))
       from app.agent_roles where tenant_id = $1
     union all
     select jsonb_build_object('kind', 'cookbook', 'name', c.name, 'content', jsonb_build_object(
       'agentRole', r.name, 'description', c.description))
       from app.cookbooks c join app.agent_roles r on r.tenant_id = c.tenant_id and r.id = c.agent_role_id where c.tenant_id = $1
     union all
     select jsonb_build_object('kind', 'recipe', 'name', s.name, 'cookbook', c.name, 'content', jsonb_build_object(
       'sourceYaml', s.source_yaml, 'status', s.status))
       from app.recipes s join app.cookbooks c on c.tenant_id = s.tenant_id and c.id = s.cookbook_id where s.tenant_id = $1`,
    [tenantId],
  );
  return byIdentity(rows.map(({ item }) => item));
};
