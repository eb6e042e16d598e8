import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TemplateId } from "@severalty/domain/ids";
import type { TemplateDefinition } from "@severalty/domain/template";

/** What a new tenant can start from, in its newest version. Global: every signed-in user reads it, the migrator alone writes it. */
export const Template = defineEntity({
  name: "Template",
  schema: "app",
  tableName: "templates",
  properties: {
    id: p.uuid().$type<TemplateId>().primary(),
    key: p.text(),
    name: p.text(),
    description: p.text().default(""),
    definition: p.json().$type<TemplateDefinition>(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
    version: p.integer().default(1),
  },
  uniques: [{ name: "templates_key_key", properties: ["key"] }],
  checks: [
    { name: "templates_key_check", expression: "key ~ '^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$'" },
    { name: "templates_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "templates_definition_check", expression: "jsonb_typeof(definition) = 'object'" },
  ],
  policies: [
    {
      name: "templates_severalty_app_policy",
      roles: ["severalty_app"],
      using: "app.tenant_id() is not null",
      check: "app.tenant_id() is not null",
    },
  ],
  readonly: true,
  rowLevelSecurity: "force",
});
export type Template = InferEntity<typeof Template>;
