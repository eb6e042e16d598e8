import { leakRule } from "../leak-rule.ts";

const directive = /^\s*(?:oxlint|eslint)-disable(?:-next-line|-line)?\b(.*)$/s;

/** Whoever opens a rule says for which one and why, where the next reader sees it. */
export const reasonedDisable = leakRule(
  "A disabled rule is named, with its reason: // oxlint-disable-next-line leaks/sql-is-constant -- why",
  (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const [, rest] = directive.exec(comment.value) ?? [];
        if (rest === undefined) continue;
        const [named = "", reason = ""] = rest.split(/\s--\s/, 2);
        if (named.trim() !== "" && reason.trim().split(/\s+/).length >= 4) continue;
        // At the file's beginning, which no directive of the file reaches.
        context.report({
          loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } },
          message: `In line ${comment.loc.start.line} a rule is disabled without its name and a reason of at least four words: write // oxlint-disable-next-line <rule> -- <why this is safe>.`,
        });
      }
    },
  }),
);
