import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Requests of the clients' customers. */
export const supportAgent: AgentRoleSource = {
  name: "Support agent",
  description: "Sorts requests, drafts answers from the knowledge base, and says when it does not know.",
  capabilities: ["classification", "knowledge-search", "letter-drafting"],
  defaultConfiguration: { tone: "friendly and brief", escalateWhenUnsure: true },
  cookbooks: [
    {
      name: "Support",
      description: "From a request to an answer, and to a better knowledge base.",
      recipes: [
        `name: Triage a request
inputs:
  - name: message
    type: text
steps:
  - id: classify
    uses: model
    prompt: >
      Name product, intent and urgency. Urgent are: money lost, access lost, personal data at risk, a threat of any
      kind. Quote the words that decide it.
  - id: route
    uses: person.assign
    needs: [classify]
    prompt: Assign by product; urgent requests go to whoever is on duty.
`,
        `name: Draft an answer
inputs:
  - name: message
    type: text
  - name: product
    type: text
    required: false
steps:
  - id: search
    uses: documents.search
    with:
      limit: 5
  - id: answer
    uses: model
    needs: [search]
    prompt: >
      Answer from the documents found and nothing else, in at most six sentences and the customer's language. If they do
      not answer the question, say so and hand over.
  - id: send
    uses: person.approve
    needs: [answer]
`,
        `name: Write a knowledge-base article
description: From requests that came more than once.
inputs:
  - name: requests
    type: document
steps:
  - id: question
    uses: model
    prompt: Put the question that these requests share into the words that customers use.
  - id: article
    uses: model
    needs: [question]
    prompt: Answer it in steps that can be followed one by one. Title, steps, what to do if it fails.
  - id: approve
    uses: person.approve
    needs: [article]
    prompt: Try each step before you approve.
`,
      ],
    },
  ],
};
