import type { TemplateSource } from "@severalty/domain/template-source";
import { accountManager } from "./agency/account-manager.ts";
import { contentWriter } from "./agency/content-writer.ts";
import { researcher } from "./agency/researcher.ts";
import { supportAgent } from "./agency/support-agent.ts";

/** A service agency that works for clients: content, research, support, and the care of accounts. */
export const agency: TemplateSource = {
  key: "agency",
  version: 1,
  name: "Agency",
  description: "For agencies that work for clients: content, research, support, and reports to the client.",
  config: {
    locale: "en",
    features: { content: true, research: true, support: true, "client-reports": true },
  },
  agentRoles: [contentWriter, researcher, supportAgent, accountManager],
};
