import { createNewId, type AccessGrantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { tenantEntities } from "../../src/entities.ts";
import type { RoleName } from "../../src/roles.ts";
import { expireGrant, makeOperator, openTestGrant, type Operator } from "../../src/testing/make-operator.ts";
import { anyEntity, makeRow, nameOf } from "../../src/testing/make-row.ts";
import { makeKey, makeMember, makeTenant, type MadeKey, type MadeTenant } from "../../src/testing/make-tenant.ts";
import { errorWord } from "../../src/testing/outcome.ts";
import { snapshot, type Snapshot } from "../../src/testing/snapshot.ts";
import { TestDatabase } from "../../src/testing/test-database.ts";
import type { Attack } from "./attack.ts";
import { poolThroughDriver, poolWithNames, type Pooled } from "./pooled.ts";
import { startPgBouncer, type PgBouncer } from "./pgbouncer.ts";
import { Session, type Row } from "./session.ts";

/** The attacker's tenant and his victim's, the same in every world. */
export interface Cast {
  readonly us: MadeTenant;
  readonly them: MadeTenant;
  readonly ourKey: MadeKey;
  readonly theirKey: MadeKey;
  /** An administrator of the platform who attacks, and another. */
  readonly operator: Operator;
  readonly colleague: Operator;
  /** The attacker's own are for one tenant or over; the colleague's is for every tenant. */
  readonly accessGrants: Readonly<Record<"forUs" | "ended" | "expired" | "colleagues", AccessGrantId>>;
  /** Texts of the victim that nobody else has and nobody can guess. */
  readonly canaries: readonly string[];
}

const newId = createNewId();

/** A database with both tenants in it and a row of each in every table, for worlds to be copies of. */
export const makeOriginal = async (): Promise<{ database: TestDatabase; cast: Cast }> => {
  const database = await TestDatabase.create();
  const admin = await database.client();
  const orm = await database.orm();
  const [us, them] = [await makeTenant(admin), await makeTenant(admin)];
  for (const { tenantId } of [us, them]) {
    await makeMember(admin, tenantId);
    for (const entity of tenantEntities)
      if (nameOf(entity) !== "User") await makeRow(admin, orm, anyEntity(entity), tenantId);
  }
  const [ourKey, theirKey] = [await makeKey(admin, us), await makeKey(admin, them)];
  const { rows } = await admin.query<{ canaries: (string | null)[] }>(
    `select array[t.name, t.slug] || array_agg(d.title) || array_agg(nullif(d.content, '')) as canaries
     from app.tenants t join app.documents d on d.tenant_id = t.id where t.id = $1 group by t.id`,
    [them.tenantId],
  );
  const texts = (rows[0]?.canaries ?? []).filter((text) => text !== null);
  const canaries = [...texts, them.email, them.sessionId, theirKey.keyHash.toString("hex")];
  await admin.query(
    `insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, resource_type, details)
     select tenant_id, now(), gen_random_uuid(), 'user', 'documents.create', 'documents', jsonb_build_object('title', title)
     from app.documents`,
  );
  const [operator, colleague] = [await makeOperator(admin), await makeOperator(admin)];
  const accessGrants = {
    forUs: await openTestGrant(admin, operator, us.tenantId, 60),
    ended: await openTestGrant(admin, operator, null, 60),
    expired: await openTestGrant(admin, operator, null, 60),
    colleagues: await openTestGrant(admin, colleague, null, 60),
  };
  await admin.query("update app.access_grants set ended_at = now() where id = $1", [accessGrants.ended]);
  await expireGrant(admin, accessGrants.expired);
  // A month that is past its retention.
  await admin.query("create table archive.audit_logs_2020_01 as select * from app.audit_logs");
  await admin.query("alter table archive.audit_logs_2020_01 owner to severalty_owner");
  await admin.query("analyze");
  await orm.close();
  await admin.end();
  return { database, cast: { us, them, ourKey, theirKey, operator, colleague, accessGrants, canaries } };
};

/** A database under attack, with its defences or without. */
export class World implements AsyncDisposable {
  readonly isWeak: boolean;
  readonly admin: Client;
  readonly us: MadeTenant;
  readonly them: MadeTenant;
  readonly cast: Cast;
  readonly database: TestDatabase;
  /** Where the victim's answer was another, for whoever reads why a test has failed. */
  difference = "";
  readonly #opened: AsyncDisposable[] = [];
  #pooled: Pooled | undefined;
  #bouncer: PgBouncer | undefined;
  #attack: Attack | undefined;
  #lastState: Snapshot | undefined;

  private constructor(database: TestDatabase, admin: Client, cast: Cast, isWeak: boolean) {
    this.database = database;
    this.admin = admin;
    this.cast = cast;
    this.us = cast.us;
    this.them = cast.them;
    this.isWeak = isWeak;
  }

  /** With `without`, in the form in which those statements have been run. */
  static async create(original: TestDatabase, cast: Cast, without?: readonly string[]): Promise<World> {
    const database = await TestDatabase.create({ like: original });
    const admin = await database.client();
    for (const sql of without ?? []) await admin.query(sql);
    return new World(database, admin, cast, without !== undefined);
  }

  /** Runs an attack, then closes what it opened. */
  async suffer<Result>(attack: Attack, work: () => Promise<Result>): Promise<Result> {
    if (attack.throughPgBouncer === true || attack.weakDriver !== undefined) await this.#close();
    this.#attack = attack;
    this.difference = "";
    try {
      return await work();
    } finally {
      await this.#tidy(attack);
    }
  }

  /** A connection of the attacker's own. */
  async session(role: RoleName = "severalty_app", url = this.#urlFor(role)): Promise<Session> {
    const session = await Session.open(await this.#route(url));
    this.#opened.push(session);
    return session;
  }

  /** What statements return in one transaction of the attacker's tenant, on a connection of its own. */
  async ours(...statements: readonly string[]): Promise<Row[]> {
    const session = await this.session();
    return session.inside(this.us, ...statements);
  }

  /** The same on the connection that the victim's requests use too. */
  async inject(...statements: readonly string[]): Promise<Row[]> {
    return (await this.#pool()).inject(this.us, statements);
  }

  /** What the attacker runs on that connection before any tenant is entered in it. */
  async bare(...statements: readonly string[]): Promise<Row[]> {
    return (await this.#pool()).bare(statements);
  }

  /** A normal request of the victim's. */
  async request(): Promise<string> {
    return (await this.#pool()).request(this.them);
  }

  /** Its answer at the first or the second attempt: a connection may have to be discarded in between. */
  async requestUntilServed(): Promise<string> {
    return this.request().catch(() => this.request());
  }

  /** Whether the victim's next request answers anything but what it answered before the plant, a failure included. */
  async disturbs(plant: () => Promise<unknown>): Promise<true | string> {
    const before = await this.request();
    await plant();
    const after = await this.request().catch((error: unknown) => `failed: ${String(error)}`);
    return this.#compare(before, after);
  }

  /**
   * The same on a connection that is opened after the plant. That nobody is served until the plant is gone is no disturbance: nothing is
   * answered then.
   */
  async disturbsAnew(plant: () => Promise<unknown>): Promise<true | string> {
    const before = withoutPlans(await this.request());
    await plant();
    await this.#pooled?.hangUp();
    const after = await this.request().then(withoutPlans, errorWord);
    await this.#pooled?.hangUp();
    return after.startsWith("SV") ? "refused" : this.#compare(before, after);
  }

  /** Every row that is neither the attacker's nor the platform's own, whose log has every call of its administrators. */
  state(): Promise<Snapshot> {
    return snapshot(this.admin, { except: [this.us.tenantId, this.cast.operator.tenantId] });
  }

  /** The same after the last attack. Without defences it is looked up, so that nothing done since passes for the next one's success. */
  async lastState(): Promise<Snapshot> {
    return (this.isWeak ? undefined : this.#lastState) ?? (await this.state());
  }

  keep(state: Snapshot): void {
    this.#lastState = state;
  }

  /** Of the victim's rows in a table one id, which an attacker may know. */
  async theirId(table: string): Promise<string> {
    const { rows } = await this.admin.query<{ id: string }>(
      `select id from ${table} where tenant_id = $1 order by id limit 1`,
      [this.them.tenantId],
    );
    if (rows[0] === undefined) throw new Error(`the victim has no row in ${table}`);
    return rows[0].id;
  }

  /** An id that never was. */
  ghost(): string {
    return newId();
  }

  async #route(url: string): Promise<string> {
    if (this.#attack?.throughPgBouncer !== true) return url;
    this.#bouncer ??= await startPgBouncer(this.database.adminUrl);
    return this.#bouncer.url(url);
  }

  #compare(before: string, after: string): true | string {
    if (before === after) return "nothing";
    let at = 0;
    while (before[at] === after[at]) at++;
    this.difference = `${before.slice(Math.max(0, at - 80), at + 40)} … became … ${after.slice(Math.max(0, at - 80), at + 40)}`;
    return true;
  }

  async #pool(): Promise<Pooled> {
    const url = await this.#route(this.database.url("severalty_app"));
    const isNaming = this.isWeak && this.#attack?.weakDriver === "names its statements";
    const prepares = this.#attack?.throughPgBouncer !== true;
    this.#pooled ??= await (isNaming ? poolWithNames(url) : poolThroughDriver(url, prepares));
    return this.#pooled;
  }

  #urlFor(role: RoleName): string {
    return this.isWeak && this.#attack?.weakRole !== undefined ? this.database.adminUrl : this.database.url(role);
  }

  /** Ends the attacker's own connections. */
  async hangUp(): Promise<void> {
    for (const opened of this.#opened.splice(0)) await opened[Symbol.asyncDispose]();
  }

  async #closePool(): Promise<void> {
    await this.#pooled?.[Symbol.asyncDispose]();
    this.#pooled = undefined;
  }

  async #close(): Promise<void> {
    await this.hangUp();
    await this.#closePool();
    await this.#bouncer?.[Symbol.asyncDispose]();
    this.#bouncer = undefined;
  }

  /** The pool is kept for the next attack, unless that one's goes elsewhere or has another driver. */
  async #tidy({ throughPgBouncer, weakDriver }: Attack): Promise<void> {
    if (throughPgBouncer === true || weakDriver !== undefined) return this.#close();
    await this.hangUp();
    await this.#pooled?.hangUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.database[Symbol.asyncDispose]();
  }
}

/** An answer of the driver's `request` less two of its parts, the lists of all settings: most shape plans alone; what others shape is still there. */
const withoutPlans = (answer: string): string =>
  JSON.stringify((JSON.parse(answer) as unknown[]).filter((_, part) => part % 4 !== 2));
