import { demo } from "@severalty/db/seeders/demo/demo-people";

/** What the block tells. */
export interface ReadyFacts {
  readonly url: string;
  readonly docs: string;
  /** Superuser connection, password included: this is a development machine. */
  readonly adminUrl: string;
  readonly data: string;
  readonly tookMs: number;
}

/** The one block that says all one needs to begin. */
export const readyBlock = (facts: ReadyFacts): string => {
  const { email, memberEmail, password, tenantSlug } = demo;
  const rows = [
    ["API", `${facts.url}/trpc`],
    ["Docs", facts.docs],
    ["Sign in", `${email} / ${password} (administrator of the tenant ${tenantSlug})`],
    ["", `${memberEmail} / ${password} (member of a team of it)`],
    ["Database", facts.adminUrl],
    ["Data", facts.data],
  ] as const;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`);
  const took = `${(facts.tookMs / 1000).toFixed(1)} s`;
  return ["", `Severalty is ready (${took}). Ctrl-C stops it.`, "", ...lines, ""].join("\n");
};
