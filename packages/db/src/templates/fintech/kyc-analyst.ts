import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Due diligence on customers, persons and businesses, when they come and while they stay. */
export const kycAnalyst: AgentRoleSource = {
  name: "KYC analyst",
  description: "Prepares due diligence files on customers and says what is missing. Decides nothing about a customer.",
  capabilities: ["document-analysis", "identity-verification", "risk-rating", "sanctions-screening"],
  defaultConfiguration: { tone: "neutral", citeEvidence: true, decisions: "people-only" },
  cookbooks: [
    {
      name: "Customer due diligence",
      description: "Onboarding and refresh of customers, by the risk that they bring.",
      recipes: [
        `name: Review a person's file
description: Checks the documents of a new private customer and proposes a risk rating.
inputs:
  - name: application
    type: document
    description: The application with name, date of birth, address and purpose of the account.
  - name: identity_document
    type: document
  - name: proof_of_address
    type: document
    required: false
steps:
  - id: extract
    uses: model
    prompt: >
      List full name, date of birth, nationality, address, document number and expiry date from each document.
      Quote the line that each value comes from. Write "not stated" for what is absent; never infer a value.
  - id: compare
    uses: model
    needs: [extract]
    prompt: >
      Compare the values across documents. Report every difference, however small, and every document that is expired
      or, for a proof of address, older than three months.
  - id: screen
    uses: screening.search
    needs: [extract]
    with:
      lists: [sanctions, pep, adverse-media]
  - id: rate
    uses: model
    needs: [compare, screen]
    prompt: >
      Propose a rating of low, medium or high with the reasons for it: geography, product, source of funds, politically
      exposed persons, adverse media. Any unresolved difference or possible hit is at least medium.
  - id: decide
    uses: person.approve
    needs: [rate]
    prompt: Accept, ask for more, or decline. The file and the proposed rating are attached.
`,
        `name: Review a business's file
description: Establishes who owns and controls a business customer, and what it does.
inputs:
  - name: registry_extract
    type: document
  - name: ownership_declaration
    type: document
  - name: ownership_threshold_percent
    type: number
    description: The share from which an owner is a beneficial owner; 25 in most of Europe.
    required: false
steps:
  - id: structure
    uses: model
    prompt: >
      Draw the chain of ownership from the business up to natural persons. Give each share and multiply along the chain.
      Name every link for which there is no document.
  - id: owners
    uses: model
    needs: [structure]
    prompt: >
      List beneficial owners: natural persons at or above the threshold, and those who control by other means. If there
      is none, list the senior managing officials and say why.
  - id: screen
    uses: screening.search
    needs: [owners]
    with:
      lists: [sanctions, pep, adverse-media]
      subjects: business-owners-directors
  - id: activity
    uses: model
    needs: [structure]
    prompt: >
      Describe the business's activity, its countries, and its expected turnover. Say whether it needs a licence and
      whether the file holds it.
  - id: decide
    uses: person.approve
    needs: [screen, activity]
    prompt: Accept, ask for more, or decline.
`,
        `name: Refresh a customer's file
description: The periodic review, and the one after an event such as a change of owner.
inputs:
  - name: customer_file
    type: document
  - name: trigger
    type: text
    description: The date that the review was due, or the event that caused it.
steps:
  - id: changes
    uses: model
    prompt: >
      List what has changed since the last review: documents that have expired, new addresses, owners, products, and
      transactions that do not fit the purpose on file.
  - id: screen
    uses: screening.search
    needs: [changes]
    with:
      lists: [sanctions, pep, adverse-media]
  - id: requests
    uses: model
    needs: [changes]
    prompt: Write to the customer what is needed and by when, in plain words, without saying why he was selected.
  - id: decide
    uses: person.approve
    needs: [screen, requests]
    prompt: Keep or change the rating, and send or hold the letter.
`,
      ],
    },
  ],
};
