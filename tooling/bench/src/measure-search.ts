import { existsSync, readFileSync } from "node:fs";
import { makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { Client } from "pg";
import { type Bench, serverEnv } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { runProgram } from "./run-program.ts";

/** What is looked for, in which order and from where on, and the most that it may take, in milliseconds. */
const searches: readonly (readonly [shape: string, text: string, limit: number, place?: Place])[] = [
  ["a rare word", "rareword", 10],
  ["a word that is absent", "absentword", 10],
  ["a word of every hundredth document", "hundredth", 10],
  ["a word of every tenth", "tenth", 10],
  ["a word of a half", "halfone", 10],
  ["a word of all", "everydoc", 10],
  ["a prefix of one letter", "e", 10],
  ["a rare and a common word", "rareword everydoc", 20],
  ["a word of a half, by title", "halfone", 10, { sort: "title" }],
  ["a word of a half, from the middle on", "halfone", 10, { fromMiddle: true }],
  ["two words of a half each", "halfone halftwo", 20],
  ["a word of the older half alone", "oldhalf", 200],
];

interface Place {
  readonly sort?: "title";
  readonly fromMiddle?: true;
}

/**
 * A page of 20 documents by `app.search_documents`, and the same rows under row-level security: what a call of `documents.list` asks of the
 * database. What counts is the time that the server's process works (on Linux; elsewhere what passes), the least of some rounds.
 */
export const measureSearch = async (bench: Bench): Promise<Figure[]> => {
  const { isQuick, programs, say } = bench;
  const [own, others, rounds] = isQuick ? [600, 2000, 3] : [60_000, 200_000, 15];
  const settings = bench.env("bench_search");
  await runProgram(programs.migrator, ["up"], settings);
  await using admin = await connect(settings["ADMIN_DATABASE_URL"]);
  const tenants: MadeTenant[] = [];
  while (tenants.length < 5) tenants.push(await makeTenant(admin.client));
  say(`making ${own} documents of one tenant among ${others} of others …`);
  await fill(admin.client, tenants, own, others);
  const [tenant] = tenants;
  if (tenant === undefined) throw new Error("no tenant was made");
  await using app = await connect(serverEnv(settings)["DATABASE_URL"]);
  await app.client.query("begin");
  await app.client.query("select app.enter($1, $2, $3, $4, 'request-1', 'documents.list')", [
    tenant.sessionId,
    tenant.userId,
    tenant.tenantId,
    tenant.role,
  ]);
  const clock = await clockOf(app.client);
  const { rows } = await app.client.query<{ id: string }>(
    "select id from app.documents where tenant_id = $1 order by id desc offset $2 limit 1",
    [tenant.tenantId, own / 2],
  );
  const middle = JSON.stringify([rows[0]?.id]);
  const figures: Figure[] = [];
  for (const [shape, text, limit, { sort = "id", fromMiddle } = {}] of searches) {
    say(`searching ${shape} …`);
    let least = Infinity;
    for (let round = 0; round < rounds; round++) {
      const began = clock();
      await app.client.query(
        `select id, title, metadata from app.documents where tenant_id = $1
          and id = any (array(select app.search_documents($2, '{}', $3, $4, $5, 21))) order by id desc`,
        [tenant.tenantId, text, sort, sort === "id", fromMiddle === true ? middle : null],
      );
      least = Math.min(least, clock() - began);
    }
    const on = `${own} documents among ${others} of others, in the database`;
    figures.push({ name: `search, ${shape}`, value: least, limit, unit: "ms", on });
  }
  return figures;
};

/**
 * Documents of about a hundred words each, out of 20,000 of which some are far commoner than others, and of marked words; the tenants' are mixed as
 * time mixes them. The index of words is made again afterwards, which is sooner done.
 */
const fill = async (admin: Client, tenants: readonly MadeTenant[], own: number, others: number): Promise<void> => {
  const { rows } = await admin.query<{ definition: string }>(
    "select pg_get_indexdef('app.documents_words_index'::regclass) as definition",
  );
  await admin.query("set session_replication_role = replica");
  await admin.query("drop index app.documents_words_index");
  await admin.query(
    `insert into app.documents (tenant_id, id, user_id, created_at, updated_at, title, content, content_hash, metadata)
     select ($1::uuid[])[n], encode(substring(int8send(1700000000000 + at * 1000) from 3) || substring(uuid_send(gen_random_uuid()) from 7), 'hex')::uuid,
       ($2::uuid[])[n], to_timestamp(1700000000 + at), to_timestamp(1700000000 + at), 'Report ' || md5(at::text),
       'everydoc ' || case when random() < 0.5 then 'halfone ' else '' end || case when random() < 0.5 then 'halftwo ' else '' end
         || case when random() < 0.1 then 'tenth ' else '' end || case when random() < 0.01 then 'hundredth ' else '' end
         || case when random() < 0.0001 then 'rareword ' else '' end || case when at < $3 / 2 then 'oldhalf ' else '' end
         || (select string_agg(translate(substr(md5(floor(power(20000, random()) + 0 * word)::text), 1, 3 + word % 6), '0123456789', 'oiznstrlem'), ' ')
             from generate_series(1, 50 + (at % 101)::int) word),
       repeat('0', 64), jsonb_build_object('number', at)
     from (select row_number() over (order by random()) as at, case when g <= $4 then 1 else 2 + g % 4 end as n
           from generate_series(1, $3::int) g) documents`,
    [tenants.map(({ tenantId }) => tenantId), tenants.map(({ userId }) => userId), own + others, own],
  );
  await admin.query(rows[0]?.definition ?? "");
  await admin.query("vacuum analyze app.documents");
};

/** Milliseconds that a connection's process has worked so far (proc(5), schedstat), or that have passed. */
const clockOf = async (client: Client): Promise<() => number> => {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const file = `/proc/${rows[0]?.pid ?? 0}/schedstat`;
  if (!existsSync(file)) return () => performance.now();
  return () => Number(readFileSync(file, "utf8").split(" ")[0]) / 1e6;
};

const connect = async (url: string | undefined) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
};
