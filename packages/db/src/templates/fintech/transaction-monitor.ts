import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Alerts on transactions and possible matches with sanctions lists. */
export const transactionMonitor: AgentRoleSource = {
  name: "Transaction monitor",
  description: "Works through alerts, gathers what explains them, and drafts reports for the reporting officer.",
  capabilities: ["alert-triage", "pattern-analysis", "sanctions-screening", "report-drafting"],
  defaultConfiguration: { tone: "neutral", citeEvidence: true, decisions: "people-only", tippingOff: "forbidden" },
  cookbooks: [
    {
      name: "Alert handling",
      description: "From an alert to its closure or to a report of suspicion.",
      recipes: [
        `name: Triage a transaction alert
description: Says what an alert is about, and whether it can be explained from the file.
inputs:
  - name: alert
    type: document
  - name: transactions
    type: document
    description: The customer's transactions of the last twelve months.
  - name: customer_file
    type: document
steps:
  - id: pattern
    uses: model
    prompt: >
      Describe the pattern that raised the alert with amounts, dates and counterparties. Name the typology that it may
      fit: structuring, pass-through, mule account, trade-based, or none.
  - id: expectation
    uses: model
    prompt: Summarise from the file which activity was expected of this customer, and when that was last confirmed.
  - id: assess
    uses: model
    needs: [pattern, expectation]
    prompt: >
      Say which transactions the file explains and which it does not. Recommend closure, a request for information, or
      escalation, with the evidence for and against. Absence of evidence is no explanation.
  - id: decide
    uses: person.approve
    needs: [assess]
    prompt: Close with a reason, ask, or escalate.
`,
        `name: Draft a report of suspicion
description: A draft for the reporting officer. It is never sent from here, and never shown to the customer.
inputs:
  - name: case_file
    type: document
steps:
  - id: facts
    uses: model
    prompt: >
      Set out who, what, when, where and how, in order of time. Facts only, each with its source in the case file.
  - id: grounds
    uses: model
    needs: [facts]
    prompt: >
      State the grounds of suspicion in at most three paragraphs. Keep fact and inference apart. Say which underlying
      offence is suspected, if that can be said.
  - id: gaps
    uses: model
    needs: [facts]
    prompt: List what an investigator would ask next and the file does not answer.
  - id: officer
    uses: person.approve
    needs: [grounds, gaps]
    prompt: For the reporting officer alone. Report, do not report, or return with questions.
`,
        `name: Clear a screening hit
description: Compares a customer with the listed person or entity that screening found.
inputs:
  - name: hit
    type: document
  - name: customer_file
    type: document
steps:
  - id: compare
    uses: model
    prompt: >
      Compare name, aliases, date and place of birth, nationality, addresses and identifiers, each as match, mismatch
      or unknown. One strong identifier outweighs a similar name.
  - id: conclude
    uses: model
    needs: [compare]
    prompt: Conclude true match, false positive or undetermined. Undetermined when fewer than two identifiers are known.
  - id: decide
    uses: person.approve
    needs: [conclude]
    prompt: Confirm. A true match freezes the account at once and is reported the same day.
`,
      ],
    },
  ],
};
