import type { AgentRoleSource } from "@severalty/domain/template-source";

/** What new rules ask of the firm, and where its policies fall short of them. */
export const regulatoryAnalyst: AgentRoleSource = {
  name: "Regulatory analyst",
  description: "Reads new rules against the firm's policies and products. Gives no legal advice.",
  capabilities: ["document-analysis", "gap-analysis", "summarisation"],
  defaultConfiguration: { tone: "precise", citeEvidence: true, quoteArticles: true },
  cookbooks: [
    {
      name: "Regulatory change",
      description: "From a publication to tasks with owners and dates.",
      recipes: [
        `name: Assess a new rule
description: Says whether a publication concerns the firm, what it asks, and from when.
inputs:
  - name: publication
    type: document
  - name: firm_profile
    type: document
    description: Licences, products and countries of the firm.
steps:
  - id: scope
    uses: model
    prompt: Does it apply to this firm? Cite the articles on scope and the facts of the profile that decide it.
  - id: duties
    uses: model
    needs: [scope]
    prompt: >
      List each duty in one sentence with its article, the date from which it holds, and the penalty. Keep "must" and
      "should" as the text has them.
  - id: impact
    uses: model
    needs: [duties]
    prompt: For each duty name the processes, systems, contracts and texts that it touches, and the effort as S, M or L.
  - id: owners
    uses: person.assign
    needs: [impact]
    prompt: Give each duty an owner and a date.
`,
        `name: Compare a policy with a rule
description: Finds duties that a policy does not cover, or covers differently.
inputs:
  - name: policy
    type: document
  - name: rule
    type: document
steps:
  - id: map
    uses: model
    prompt: For each duty in the rule quote the sentence of the policy that covers it, or write "none".
  - id: gaps
    uses: model
    needs: [map]
    prompt: List gaps by severity, and sentences of the policy that go further than the rule asks.
  - id: wording
    uses: model
    needs: [gaps]
    prompt: Propose wording for each gap, in the style of the policy, and nothing else.
  - id: approve
    uses: person.approve
    needs: [wording]
    prompt: Approve, change or reject each proposal.
`,
      ],
    },
  ],
};
