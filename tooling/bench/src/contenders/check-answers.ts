import { strict as assert } from "node:assert";
import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { topics } from "../data/texts.ts";
import { worldId, type WorldSize } from "../data/world.ts";
import { ask } from "../load/ask.ts";
import type { HttpRequest } from "../load/http-request.ts";
import { batchSize, pageSize } from "../load/workload.ts";
import type { Row } from "./api.ts";
import { failingAudit } from "./failing-audit.ts";
import type { ContenderName } from "./contender-name.ts";
import { contenders } from "./contenders.ts";
import { documentSource } from "./document-source.ts";

/** Whether Severalty's list must name authors as the peers' do; false while it may. */
const authorNameIsDue = true;

/**
 * Holds a server's answers against the rows in its database: the right ones with the right fields, none of another tenant, and nothing of a
 * document whose audit row could not be written. Throws with what differs.
 */
export const checkAnswers = async (
  name: ContenderName,
  port: number,
  admin: Client,
  world: WorldSize,
): Promise<void> => {
  const { api, token, serves } = contenders[name];
  const tenant = Math.floor(world.tenants / 2);
  const send = (request: HttpRequest, as = tenant) => ask(port, request, token(as));
  const rows = async (request: HttpRequest) => api.rows((await send(request)).body);
  const right = documentSource(admin, serves, worldId("tenant", tenant));
  const [some, ...more] = right.ids(batchSize);
  assert(some !== undefined);

  const whole = await right.byIds([some]);
  holds(`${name}: a document by its id`, await rows(api.byId(some)), whole);
  const foreign = await send(api.byId(some), tenant === 0 ? 1 : tenant - 1);
  holds(`${name}: another tenant's document`, api.rows(foreign.body), []);
  assert(!JSON.stringify(foreign.body).includes(whole[0]?.title ?? ""), `${name} tells of another tenant's document`);

  const hasAuthors = serves === "peers" || authorNameIsDue;
  holds(`${name}: the newest`, await rows(api.newest(pageSize)), await right.newest(pageSize, { hasAuthors }));
  const topic = topics[tenant % topics.length] ?? "";
  holds(`${name}: a search`, await rows(api.search(topic, pageSize)), await right.search(topic, pageSize));
  if (api.batch !== undefined) {
    const found = byId(await rows(api.batch([some, ...more])));
    holds(`${name}: a batch`, found, byId(await right.byIds([some, ...more])));
  }

  const title = `Checked ${randomUUID()}`;
  const input = { title, content: "Checked.", metadata: { source: "check" } };
  const [made] = await rows(api.create(input));
  assert(made !== undefined, `${name} made no document`);
  holds(`${name}: a document that was made`, [made], await right.byIds([made.id]));
  assert.deepEqual({ title: made.title, content: made.content, metadata: made.metadata }, input);
  assert.equal(await right.auditRows(made.id), 1, `${name}: one audit row of a document that was made`);

  await using _ = await failingAudit(admin, serves);
  const failed = await send(api.create({ ...input, title: `${title}, unlogged` }));
  holds(`${name}: a document without an audit row`, api.rows(failed.body), []);
  assert.equal(
    await right.countTitled(`${title}, unlogged`),
    0,
    `${name}: a failed audit row leaves its document behind`,
  );
};

/** Compares the fields that are due; an answer may have more. */
const holds = (what: string, answered: readonly Row[], due: readonly Row[]): void => {
  assert.deepEqual(
    answered.map((row, index) => fieldsOf(row, due[index] ?? row)),
    due.map((row) => fieldsOf(row, row)),
    what,
  );
};

const fieldsOf = (row: Row, like: Row) =>
  Object.fromEntries(Object.keys(like).map((field) => [field, normal(row[field as keyof Row])]));

/** A moment has several spellings. */
const normal = (value: unknown): unknown =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : value;

const byId = (rows: readonly Row[]) => rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
