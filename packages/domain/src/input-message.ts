import { z } from "zod";
import { characters, seen } from "./seen.ts";

const english = z.locales.en().localeError;

/**
 * Makes zod's own messages end with what was seen, shortened: "Too small: expected string to have >=1 characters, got "" (0 characters)".
 * A schema for a secret must carry its own message, which takes precedence and shows nothing.
 */
export const installInputMessages = (): void => {
  z.config({
    customError: (issue) => {
      const said = english(issue);
      const rule = typeof said === "string" ? said : said?.message;
      if (rule === undefined || issue.code === "unrecognized_keys") return rule;
      // Text in the place of a whole object may be the secret that belongs into one of its fields.
      const isHidden = issue.code === "invalid_type" && issue.expected === "object" && typeof issue.input === "string";
      const shown = isHidden ? `text of ${characters(issue.input)}` : seen(issue.input);
      // What was seen tells its type as well.
      return `${rule.replace(/, received \w+$/, "")}, got ${shown}`;
    },
  });
};
