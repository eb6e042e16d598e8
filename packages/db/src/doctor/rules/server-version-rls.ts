import { type Flaw, serverVersionRule } from "../server-version-rule.ts";

/**
 * Flaws of PostgreSQL that pass row-level security or lend another's rights, and the minor versions that closed them.
 * Source: https://www.postgresql.org/support/security/ and the release notes of those versions.
 */
const flaws: readonly Flaw[] = [
  { id: "CVE-2023-2454", what: "CREATE SCHEMA defeats a fixed search_path", fixedIn: ["15.3"] },
  { id: "CVE-2023-2455", what: "policies disregard a change of user after inlining", fixedIn: ["15.3"] },
  { id: "CVE-2023-39418", what: "MERGE does not enforce policies of UPDATE and SELECT", fixedIn: ["15.4"] },
  {
    id: "CVE-2024-0985",
    what: "REFRESH MATERIALIZED VIEW CONCURRENTLY runs the owner's code as its caller",
    fixedIn: ["15.6", "16.2"],
  },
  {
    id: "CVE-2024-10976",
    what: "policies below subqueries disregard a change of user",
    fixedIn: ["15.9", "16.5", "17.1"],
  },
  {
    id: "CVE-2024-10978",
    what: "SET ROLE and SET SESSION AUTHORIZATION reset to the wrong user",
    fixedIn: ["15.9", "16.5", "17.1"],
  },
  {
    id: "CVE-2025-8713",
    what: "optimizer statistics show rows that a policy hides",
    fixedIn: ["15.14", "16.10", "17.6"],
  },
];

/** A server before one of the minor versions, or of a major that gets no fixes. */
export const serverVersionRls = serverVersionRule({
  id: "server-version-rls",
  title: "PostgreSQL has no known flaw in row-level security",
  level: "error",
  why: "A flaw in PostgreSQL itself passes every policy that is right.",
  oldestMajor: 15,
  flaws,
});
