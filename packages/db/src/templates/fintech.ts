import type { TemplateSource } from "@severalty/domain/template-source";
import { complaintsHandler } from "./fintech/complaints-handler.ts";
import { kycAnalyst } from "./fintech/kyc-analyst.ts";
import { regulatoryAnalyst } from "./fintech/regulatory-analyst.ts";
import { transactionMonitor } from "./fintech/transaction-monitor.ts";

/** A regulated payments or lending firm: customer due diligence, monitoring, complaints, and changes of the rules. */
export const fintech: TemplateSource = {
  key: "fintech",
  version: 1,
  name: "Fintech",
  description:
    "For payment, lending and e-money firms: due diligence on customers, transaction monitoring, complaints, and regulatory change. Every recipe ends with a person's decision.",
  config: {
    locale: "en-GB",
    features: {
      kyc: true,
      "transaction-monitoring": true,
      "sanctions-screening": true,
      complaints: true,
      "regulatory-change": true,
    },
    compliance: { frameworks: ["AMLD", "GDPR", "PSD2", "DORA"], retentionDays: 1825 },
  },
  agentRoles: [kycAnalyst, transactionMonitor, complaintsHandler, regulatoryAnalyst],
};
