import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Questions about markets and people, answered with sources. */
export const researcher: AgentRoleSource = {
  name: "Researcher",
  description: "Answers questions about markets, competitors and users, with a source for each statement.",
  capabilities: ["web-search", "document-analysis", "synthesis"],
  defaultConfiguration: { tone: "sober", citeSources: true, sourcesPerClaimMin: 1 },
  cookbooks: [
    {
      name: "Research",
      description: "Desk research and the evaluation of interviews.",
      recipes: [
        `name: Compare competitors
inputs:
  - name: client_brief
    type: document
  - name: competitors
    type: text
    description: Names, separated by commas; the client's own guess is a start.
steps:
  - id: find
    uses: web.search
    with:
      pages: 10
  - id: profile
    uses: model
    needs: [find]
    prompt: >
      Profile each competitor: offer, price, audience, claims, and what customers say of it. One source per statement,
      with its date.
  - id: position
    uses: model
    needs: [profile]
    prompt: Show on two axes where the client stands and where nobody stands, and argue for the choice of axes.
  - id: report
    uses: model
    needs: [position]
    prompt: Three pages at most, the conclusion first, and what could not be found at the end.
`,
        `name: Evaluate interviews
inputs:
  - name: transcripts
    type: document
  - name: question
    type: text
    description: What the client wants to know.
steps:
  - id: code
    uses: model
    prompt: Mark the passages that bear on the question, and give each a label in the speaker's words.
  - id: themes
    uses: model
    needs: [code]
    prompt: >
      Group the labels into themes. For each give the number of speakers, two quotations, and one voice against it.
  - id: findings
    uses: model
    needs: [themes]
    prompt: Answer the question in five sentences. Say how sure the answer is, and of whom it holds.
  - id: review
    uses: person.approve
    needs: [findings]
    prompt: Check that no quotation names a person.
`,
      ],
    },
  ],
};
