import { type Flaw, serverVersionRule } from "../server-version-rule.ts";

/**
 * Further flaws that whoever runs SQL of his own or makes objects can use, up to the newest release known when this was written.
 * Source: https://www.postgresql.org/support/security/ and the release notes of those versions.
 */
const flaws: readonly Flaw[] = [
  { id: "CVE-2024-4317", what: "pg_stats_ext shows statistics of others' columns", fixedIn: ["15.7", "16.3"] },
  { id: "CVE-2024-7348", what: "whoever creates objects runs code in another's pg_dump", fixedIn: ["15.8", "16.4"] },
  {
    id: "CVE-2025-8714",
    what: "pg_dump lets the server run code where the dump is restored",
    fixedIn: ["15.14", "16.10", "17.6"],
  },
  {
    id: "CVE-2025-8715",
    what: "a name with a newline runs code where a dump is restored",
    fixedIn: ["15.14", "16.10", "17.6"],
  },
  {
    id: "CVE-2025-12817",
    what: "CREATE STATISTICS asks for no privilege on the schema",
    fixedIn: ["15.15", "16.11", "17.7", "18.1"],
  },
  {
    id: "CVE-2026-2006",
    what: "a crafted text overruns a buffer and runs code",
    fixedIn: ["15.16", "16.12", "17.8", "18.2"],
  },
  {
    id: "CVE-2026-6473",
    what: "integer wraparound writes out of bounds",
    fixedIn: ["15.18", "16.14", "17.10", "18.4"],
  },
  {
    id: "CVE-2026-6460",
    what: "a row is read by another definition of its type",
    fixedIn: ["15.20", "16.16", "17.12", "18.7"],
  },
];

/** A server that lacks a security release which `server-version-rls` does not ask for. */
export const serverVersion = serverVersionRule({
  id: "server-version",
  title: "PostgreSQL is of the newest security release known",
  level: "info",
  why: "Whoever runs SQL of his own may leave the database altogether; no request of the API does.",
  oldestMajor: 15,
  flaws,
});
