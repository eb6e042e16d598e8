import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Complaints of customers, from the first letter to the final response. */
export const complaintsHandler: AgentRoleSource = {
  name: "Complaints handler",
  description: "Recognises complaints, keeps their deadlines, and drafts responses that a person signs.",
  capabilities: ["classification", "letter-drafting", "root-cause-analysis"],
  defaultConfiguration: { tone: "plain and courteous", readingAge: 12, decisions: "people-only" },
  cookbooks: [
    {
      name: "Complaints",
      description:
        "Within the time limits for payment services: 15 business days, 35 in exceptional cases (PSD2, article 101).",
      recipes: [
        `name: Triage a complaint
description: Tells a complaint from a question, and says how urgent it is and whose it is.
inputs:
  - name: message
    type: text
  - name: received_on
    type: text
    description: The date it arrived, such as 2026-03-31.
steps:
  - id: classify
    uses: model
    prompt: >
      Is this an expression of dissatisfaction, whether or not it says "complaint"? Name the product, the issue, the
      outcome that the customer wants, and any sign that the customer is vulnerable. Quote the words that show it.
  - id: deadline
    uses: model
    needs: [classify]
    prompt: Give the date of the acknowledgement and of the final response, counted in business days from receipt.
  - id: route
    uses: person.assign
    needs: [deadline]
    prompt: Assign to a handler. Signs of vulnerability, fraud or a regulator's involvement go to a senior one.
`,
        `name: Draft a final response
description: The letter that ends a complaint, upheld or not.
inputs:
  - name: complaint_file
    type: document
  - name: findings
    type: text
    description: What the investigation found, and what was decided.
steps:
  - id: outline
    uses: model
    prompt: >
      List each point that the customer makes, and for each the finding and its evidence. A point without a finding is
      marked open.
  - id: letter
    uses: model
    needs: [outline]
    prompt: >
      Write the letter: what was complained of, what was found, upheld or not and why, what is offered and how it was
      worked out, and the right to go to the ombudsman with the time limit for it. No jargon, and no open point.
  - id: check
    uses: model
    needs: [letter]
    prompt: Check every fact in the letter against the file. List differences; write "none" when there are none.
  - id: sign
    uses: person.approve
    needs: [letter, check]
    prompt: Sign, or return with changes.
`,
        `name: Find root causes
description: The monthly look at what complaints have in common.
inputs:
  - name: complaints
    type: document
    description: The complaints closed in the month, with product, issue, outcome and redress.
steps:
  - id: group
    uses: model
    prompt: Group by cause, not by product. Give number, share upheld and redress of each group, and its trend.
  - id: causes
    uses: model
    needs: [group]
    prompt: For the three largest groups ask why until a process, a text or a system can be changed. Name its owner.
  - id: report
    uses: model
    needs: [causes]
    prompt: One page for the board, with what was promised last month and whether it was done.
`,
      ],
    },
  ],
};
