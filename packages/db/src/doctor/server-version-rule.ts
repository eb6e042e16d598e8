import { literal } from "./catalog.ts";
import type { Level, Rule } from "./rule.ts";

/** A flaw of PostgreSQL itself. */
export interface Flaw {
  readonly id: string;
  readonly what: string;
  /** The first version without it, of each major that had it: `15.14`. */
  readonly fixedIn: readonly string[];
}

/** A rule that the server is of a major that gets fixes, and of a minor version that closed each of the flaws. */
export const serverVersionRule = ({
  oldestMajor,
  flaws,
  ...rule
}: {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly why: string;
  readonly oldestMajor: number;
  readonly flaws: readonly Flaw[];
}): Rule => ({
  ...rule,
  mender: "administrator",
  isLasting: true,
  sql: `select 'PostgreSQL ' || (s.version / 10000) || '.' || (s.version % 10000) as object, s.lacks as detail,
      format('-- no SQL mends this: install PostgreSQL %s.%s or newer and restart it', s.major, s.minor) as fix
    from (select v.version, max(f.major) as major, max(f.minor) as minor, string_agg(format('%s: %s', f.id, f.what), '; ' order by f.at) as lacks
      from (select current_setting('server_version_num')::int as version) v join (values ${rowsOf(flaws, oldestMajor)}) f (at, major, minor, id, what)
        on f.major = v.version / 10000 and f.minor > v.version % 10000 or f.at = 0 and v.version / 10000 < f.major
      group by v.version) s`,
});

/** The first row is for a server of a major that is too old for any of the others. */
const rowsOf = (flaws: readonly Flaw[], oldestMajor: number): string => {
  const tooOld = `(0, ${oldestMajor}, 0, 'this major', 'is older than those that Severalty is tested with, and may get no fixes')`;
  const rows = flaws.flatMap(({ id, what, fixedIn }, at) =>
    fixedIn.map((version) => {
      const [major = "0", minor = "0"] = version.split(".");
      return `(${at + 1}, ${Number(major)}, ${Number(minor)}, ${literal(id)}, ${literal(what)})`;
    }),
  );
  return [tooOld, ...rows].join(", ");
};
