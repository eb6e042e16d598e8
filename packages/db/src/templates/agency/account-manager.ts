import type { AgentRoleSource } from "@severalty/domain/template-source";

/** What the agency owes its clients: clear briefs, and honest reports. */
export const accountManager: AgentRoleSource = {
  name: "Account manager",
  description: "Keeps briefs complete and clients informed. Promises no date or price.",
  capabilities: ["summarisation", "report-drafting", "planning"],
  defaultConfiguration: { tone: "courteous and direct" },
  cookbooks: [
    {
      name: "Client care",
      description: "Briefs at the start, reports on the way.",
      recipes: [
        `name: Complete a brief
inputs:
  - name: notes
    type: document
    description: What the client said, in whatever form.
steps:
  - id: brief
    uses: model
    prompt: >
      Put the notes in order: goal, audience, deliverables, tone, constraints, date, budget, who approves. Write
      "not said" where the notes are silent.
  - id: questions
    uses: model
    needs: [brief]
    prompt: Write one message to the client that asks for what is missing, most important first.
  - id: send
    uses: person.approve
    needs: [questions]
`,
        `name: Report on the month
inputs:
  - name: work
    type: document
    description: Tasks of the month with their state and hours.
  - name: figures
    type: document
    required: false
steps:
  - id: summary
    uses: model
    prompt: What was done, what it brought, what is late and why. Figures with the month before beside them.
  - id: next
    uses: model
    needs: [summary]
    prompt: Propose three things for the next month, each with what it is expected to change.
  - id: approve
    uses: person.approve
    needs: [next]
    prompt: Approve before it goes to the client.
`,
      ],
    },
  ],
};
