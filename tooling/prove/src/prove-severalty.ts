import { cases } from "@severalty/api/test/cases";
import { appRouter } from "@severalty/api/root";
import { ensureTestTemplate } from "@severalty/db/testing/ensure-test-template";
import { ensureDatabaseGrants } from "@severalty/db/roles";
import type { Caller, ForeignValue, RecordedInput } from "@severalty/isolation/attacks";
import { distinct, foreignValue, harvestAnswers, harvestRows } from "@severalty/isolation/harvest";
import { proceduresOf } from "@severalty/isolation/procedures";
import { prove, type Proof, type ProveOptions } from "@severalty/isolation/prove";
import type { Answer, Call, Outcome, World } from "@severalty/isolation/world";
import { cloneDatabase } from "@severalty/postgres/template";
import { withClient } from "@severalty/postgres/with-client";
import type { Client } from "pg";
import type { MadeAttacker, MadeOther, MadeTenant } from "./make-worlds.ts";
import type { Order } from "./open-world.ts";
import type { SetupData } from "./setup-thread.ts";
import { platformInputs } from "./platform-inputs.ts";
import { startThread, type Thread } from "./thread.ts";

/** How to prove Severalty. */
export interface ProveSeveraltyOptions extends Pick<ProveOptions, "only" | "stopAtFirst" | "onProcedure"> {
  /** A superuser's URL of a PostgreSQL server. */
  readonly adminUrl: string;
  readonly seed?: number;
  /** Done to both worlds, as superuser, before anything is in them: what a mutant takes away. */
  readonly prepare?: (admin: Client) => Promise<void>;
  /** A few values per place instead of all: whether a wall is gone at all. */
  readonly quick?: boolean;
  readonly say?: (line: string) => void;
}

/** A proof, and what it was made with. */
export interface SeveraltyProof extends Proof {
  readonly postgres: string;
  readonly seed: number;
  /** Values by where they are from. */
  readonly harvested: Readonly<Record<string, number>>;
  /** Columns of the other tenant that bear a text which occurs nowhere else. */
  readonly planted: readonly string[];
}

/** Any moment would do; the same one makes every run the same. */
const startMs = Date.parse("2026-02-03T10:00:00.000Z");
const minuteMs = 60_000;

/** Headers with room for what is another's. */
const headers = [
  "idempotency-key",
  "x-request-id",
  "x-tenant-id",
  "x-api-key",
  "user-agent",
  "x-forwarded-for",
  "cookie",
];

/** Makes the twin worlds on databases of their own, which are dropped in the end, and proves every procedure. */
export const proveSeveralty = async (options: ProveSeveraltyOptions): Promise<SeveraltyProof> => {
  const { adminUrl, seed = 1, quick = false, say = () => undefined } = options;
  await using resources = new AsyncDisposableStack();
  const template = await ensureTestTemplate(adminUrl);
  const one = resources.use(await cloneDatabase(adminUrl, template, ensureDatabaseGrants));
  if (options.prepare !== undefined) await withClient(one.url, options.prepare);
  const attacker = (await inThread("attacker", {
    url: one.url,
    seed,
    startMs: startMs - 2 * minuteMs,
  })) as MadeAttacker;
  const other = resources.use(await cloneDatabase(adminUrl, one.name, copySettingsOf(one.name)));
  const victim = (await inThread("other", {
    url: one.url,
    seed,
    // His rows come last in order, so that each row which is written in both worlds draws the same id.
    startMs: startMs - minuteMs,
    shared: attacker.shared,
    colleague: attacker.platform.colleague,
  })) as MadeOther;
  const [withOther, withoutOther] = [one, other].map(({ url }) =>
    resources.use(startThread(new URL("./world-thread.ts", import.meta.url), { url, seed, startMs })),
  );
  if (withOther === undefined || withoutOther === undefined) throw new Error("unreachable");
  const answers = (await withOther.ask({ do: "live", calls: lifeOf(victim) } satisfies Order)) as readonly Answer[];
  const values = await withClient(one.url, (admin) => harvest(admin, victim, answers));
  await Promise.all(
    [withOther, withoutOther].map((thread) => thread.ask({ do: "keep", other: victim.rowsOf } satisfies Order)),
  );
  say(`harvested ${values.length} values of the other tenant, ${victim.planted.length} columns bear a canary`);
  const proof = await prove({
    ...options,
    router: appRouter,
    withOther: worldOf(withOther),
    withoutOther: worldOf(withoutOther),
    callers: callersOf(attacker, quick),
    inputs: { ...inputsOf(attacker, victim), ...platformInputs(attacker, victim) },
    values,
    traces: tracesOf(values),
    other: { headers: victim.headers.admin },
    headers,
    seed,
  });
  const astray = await Promise.all(
    [withOther, withoutOther].map((thread) => thread.ask({ do: "check" } satisfies Order)),
  );
  const faults = [
    ...lifeOf(victim).flatMap(({ procedure }, at) =>
      (answers[at]?.status ?? 500) < 500
        ? []
        : [`the other tenant's own ${procedure} failed, and left nothing to find`],
    ),
    ...(astray as readonly string[][]).flat().map((table) => `${table} is not what it was at the beginning`),
  ];
  return {
    ...proof,
    holds: proof.holds && faults.length === 0,
    faults: [...proof.faults, ...faults],
    seed,
    postgres: await withClient(one.url, serverVersion),
    harvested: countByKind(values),
    planted: victim.planted,
  };
};

const inThread = async (who: "attacker" | "other", data: SetupData): Promise<unknown> => {
  await using thread = startThread(new URL("./setup-thread.ts", import.meta.url), data);
  return await thread.ask(who);
};

/** A clone has no settings of its own. */
const copySettingsOf =
  (source: string) =>
  async (admin: Client, name: string): Promise<void> => {
    await ensureDatabaseGrants(admin, name);
    const { rows } = await admin.query<{ role: string; setting: string; value: string }>(
      `select r.rolname as role, split_part(c, '=', 1) as setting, substr(c, strpos(c, '=') + 1) as value
       from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) c
       where d.datname = $1`,
      [source],
    );
    for (const { role, setting, value } of rows)
      await admin.query(
        `alter role ${admin.escapeIdentifier(role)} in database ${admin.escapeIdentifier(name)} set ${setting} = ${value}`,
      );
  };

const worldOf = (thread: Thread): World => ({
  run: async (calls) => (await thread.ask({ do: "run", calls } satisfies Order)) as readonly Outcome[],
});

/** Verbs that would leave less of a tenant. */
const ending = /\.(remove|retire|cancel|revoke|logout|login|refresh|setPassword|register)$/;

/** The other tenant does what it may, so that it has keys, cursors, answers that are stored, and a log. */
const lifeOf = (victim: MadeTenant): readonly Call[] =>
  proceduresOf(appRouter)
    .filter(({ path }) => !ending.test(path))
    .map(({ path, type }, index): Call => {
      const input = inputOf(path, victim);
      const isList = path.endsWith(".list") || path.endsWith(".results");
      return {
        moment: -2_000 + index,
        procedure: path,
        type,
        input: isList ? { ...(input as object), limit: 1 } : input,
        headers: { ...victim.headers.admin, ...keyOf(path) },
      };
    });

const keyOf = (path: string) => ({ "idempotency-key": `cnry-key-of-${path}` });

const harvest = async (
  admin: Client,
  victim: MadeOther,
  answers: readonly Answer[],
): Promise<readonly ForeignValue[]> => {
  const rows = await harvestRows(admin, victim.rowsOf);
  const known = new Set(rows.map(({ value }) => value));
  const given = harvestAnswers(answers).filter(({ kind, value }) => kind.endsWith("ursor") && !known.has(value));
  return someOfEach([...rows, ...given, ...forgedCursors(rows)]);
};

/** A cursor is the other tenant's if it holds an id of his: that of a shared list is everybody's. */
const tracesOf = (values: readonly ForeignValue[]): readonly string[] => {
  const ids = values.filter(({ room }) => room === "uuid").map(({ value }) => value);
  const holdsId = (text: string) => ids.some((id) => text.includes(id));
  return values
    .filter(isDistinct)
    .filter(({ kind, value }) => !/cursor$/i.test(kind) || holdsId(Buffer.from(value, "base64url").toString("utf8")))
    .map(({ value }) => value);
};

/** What nobody else could have: an id, a hash, a planted text, or what holds one. */
const isDistinct = ({ room, kind, value }: ForeignValue): boolean =>
  room === "uuid" || value.includes("cnry") || /cursor$/i.test(kind) || /^[0-9a-f]{32,}$/.test(value);

/** Most values of one column that are tried: ids are all of a kind to a procedure that looks for one, and texts even more. */
const perKind = { uuid: 12, text: 2 };

const someOfEach = (values: readonly ForeignValue[]): readonly ForeignValue[] => {
  const counts: Record<string, number> = {};
  return distinct(values).filter(({ kind, room }) => (counts[kind] = (counts[kind] ?? 0) + 1) <= perKind[room]);
};

/** A cursor holds the id of the row after which a list goes on. */
const forgedCursors = (values: readonly ForeignValue[]): readonly ForeignValue[] =>
  values
    .filter(({ kind, room }) => room === "uuid" && kind.endsWith(".id"))
    .map(({ kind, value }) =>
      foreignValue(`${kind} as cursor`, Buffer.from(JSON.stringify([value])).toString("base64url")),
    );

const callersOf = ({ headers: of, platform }: MadeAttacker, isQuick: boolean): readonly Caller[] => [
  { name: "admin", headers: of.admin, isRefused: isOfPlatform, ...(isQuick ? { valuesPerPlace: 2 } : {}) },
  { name: "member", headers: of.member, isRefused: isOfPlatform, valuesPerPlace: 1, triesChoices: false },
  { name: "key", headers: of.key, isRefused: isOfPlatform, valuesPerPlace: 1, triesChoices: false },
  { name: "shared", headers: of.shared, isRefused: isOfPlatform, valuesPerPlace: 1, triesChoices: false },
  { name: "operator", headers: platform.headers, calls: isOfPlatform, valuesPerPlace: 4, triesChoices: false },
  { name: "nobody", headers: {}, valuesPerPlace: 1, calls: (path) => cases[path]?.kind === "public" },
];

/** Called by the platform's administrators, who belong to no tenant of their customers, and by nobody else. */
const isOfPlatform = (path: string): boolean => path.startsWith("platform.");

/** Whoever sends another's password, refresh token or link is that other person: this is how one signs in, and no attack. */
const takesCredentials = new Set(["auth.login", "auth.refresh", "auth.setPassword"]);

const inputsOf = (attacker: MadeTenant, victim: MadeTenant): Readonly<Record<string, RecordedInput>> =>
  Object.fromEntries(
    Object.keys(cases).map((path) => {
      const own = inputOf(path, attacker);
      return [
        path,
        takesCredentials.has(path)
          ? { own }
          : { own, other: inputOf(path, victim), otherHeaders: keyOf(path), ...readBackOf(path) },
      ];
    }),
  );

/** What was created or changed is read again. */
const readBackOf = (path: string): Pick<RecordedInput, "readBack"> => {
  const [noun = "", verb = ""] = path.split(".");
  return cases[`${noun}.byId`] === undefined || !["create", "update"].includes(verb)
    ? {}
    : { readBack: [`${noun}.byId`] };
};

const inputOf = (path: string, { world, rows }: MadeTenant): unknown => {
  const { input, noun } = cases[path] ?? {};
  return input?.({ ...world, row: (noun === undefined ? undefined : rows[noun]) ?? {} });
};

const countByKind = (values: readonly ForeignValue[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind } of values) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

const serverVersion = async (admin: Client): Promise<string> => {
  const { rows } = await admin.query<{ version: string }>("select current_setting('server_version') as version");
  return rows[0]?.version ?? "unknown";
};
