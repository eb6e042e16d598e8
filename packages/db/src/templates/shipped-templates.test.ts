import { createHash } from "node:crypto";
import { defaultTemplateKey } from "@severalty/domain/template";
import { itemsOf } from "@severalty/domain/template-items";
import { compileTemplate } from "@severalty/domain/template-source";
import { describe, expect, test } from "vitest";
import { shippedTemplates } from "./shipped-templates.ts";

/** What each version said when it was first shipped. A new version is a new line; no line is ever changed. */
const shipped: Record<string, string> = {
  "agency 1": "3c8f376da1f52f7e",
  "blank 1": "4c4c338028dacfc9",
  "fintech 1": "d015cc3bccfc70e1",
};

describe.each(shippedTemplates)("the template $key", (source) => {
  test("B6: parses, and every rule of roles, cookbooks, recipes and configuration holds", () => {
    expect(compileTemplate(source)).toMatchObject({ key: source.key, version: source.version });
  });

  test("has a higher version than the one that said something else", () => {
    const { key, version, ...said } = source;
    const fingerprint = createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, 16);
    expect({ [`${key} ${version}`]: shipped[`${key} ${version}`] }).toEqual({ [`${key} ${version}`]: fingerprint });
  });
});

test("B6: every role of fintech and of agency has a cookbook, and every cookbook at least two recipes", () => {
  for (const source of shippedTemplates.filter(({ key }) => key !== "blank")) {
    expect(source.agentRoles.length).toBeGreaterThanOrEqual(4);
    for (const { cookbooks } of source.agentRoles) {
      expect(cookbooks).not.toEqual([]);
      for (const { recipes } of cookbooks) expect(recipes.length).toBeGreaterThanOrEqual(2);
    }
  }
});

test("the blank template brings nothing, and is the one that a tenant starts from unless it names another", () => {
  const blank = shippedTemplates.find(({ key }) => key === defaultTemplateKey);
  expect(blank && itemsOf(compileTemplate(blank).definition).size).toBe(0);
});
