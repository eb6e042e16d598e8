import type { AgentRoleSource } from "@severalty/domain/template-source";

/** Texts for clients, in each client's voice. */
export const contentWriter: AgentRoleSource = {
  name: "Content writer",
  description: "Turns a brief into texts in the client's voice. Invents no facts, figures or quotations.",
  capabilities: ["copywriting", "editing", "search-optimisation"],
  defaultConfiguration: { tone: "as in the client's style guide", citeSources: true },
  cookbooks: [
    {
      name: "Content production",
      description: "From a brief to a text that the client can publish.",
      recipes: [
        `name: Write an article from a brief
description: An outline first, then the text, then an edit against the brief.
inputs:
  - name: brief
    type: document
  - name: style_guide
    type: document
    required: false
  - name: words
    type: number
    description: How long the article should be.
steps:
  - id: questions
    uses: model
    prompt: >
      Name audience, purpose, the one thing to remember, and what the brief leaves open. Ask at most five questions.
  - id: outline
    uses: model
    needs: [questions]
    prompt: Outline the article. Each heading is a claim; under each stands the source that will support it.
  - id: draft
    uses: model
    needs: [outline]
    prompt: >
      Write the article at the length asked for. Mark with [source?] each statement for which there is none.
  - id: edit
    uses: model
    needs: [draft]
    prompt: Cut a tenth. Hold the text against the brief and the style guide, and list where it departs from them.
  - id: approve
    uses: person.approve
    needs: [edit]
    prompt: Approve, or return with comments.
`,
        `name: Make posts from an article
description: Short texts for social channels that say what the article says.
inputs:
  - name: article
    type: document
  - name: channels
    type: text
    description: Such as LinkedIn, Instagram, newsletter.
steps:
  - id: points
    uses: model
    prompt: List the five points of the article that stand on their own, each with its sentence.
  - id: posts
    uses: model
    needs: [points]
    prompt: >
      Write two posts per channel, each on one point, in the form that the channel's readers know. No claim that the
      article does not make.
  - id: approve
    uses: person.approve
    needs: [posts]
`,
        `name: Edit a text for house style
inputs:
  - name: text
    type: document
  - name: style_guide
    type: document
steps:
  - id: edit
    uses: model
    prompt: Correct spelling, grammar and style by the guide. Keep meaning and voice. Mark every change.
  - id: summary
    uses: model
    needs: [edit]
    prompt: Name the three changes that matter most, and the rule behind each.
`,
      ],
    },
  ],
};
