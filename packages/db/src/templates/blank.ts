import type { TemplateSource } from "@severalty/domain/template-source";

/** Nothing but a configuration to fill in: what a tenant starts from unless it names another. */
export const blank: TemplateSource = {
  key: "blank",
  version: 1,
  name: "Blank",
  description: "An empty tenant: no agent roles, no cookbooks, no recipes.",
  config: {},
  agentRoles: [],
};
