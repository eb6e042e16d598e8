import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createAccessTokens } from "@severalty/auth/access-token";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { testSecret } from "@severalty/api/testing/make-services";
import { migrateUp } from "@severalty/db/migrate";
import { asAdmin, provision } from "@severalty/db/provision";
import { makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { rolePassword, rolePasswords } from "@severalty/db/testing/role-passwords";
import { startCluster, type Cluster } from "@severalty/postgres/cluster";
import { withCredentials, withDatabase } from "@severalty/postgres/url";
import { expect, test } from "vitest";
import { call } from "./call.ts";
import { serverEnvOn, spawnServer } from "./spawn-server.ts";
import { until } from "@severalty/api/testing/until";

const bearer = (tenant: MadeTenant) =>
  bearerOf({ accessTokens: createAccessTokens({ secret: testSecret }) } as never, tenant);

/** What one tenant's callers saw: titles by what was said of their writes, and answers that no outage excuses. */
class Load {
  readonly acknowledged: string[] = [];
  readonly failed: string[] = [];
  readonly wrong: string[] = [];
  reads = 0;
  #isOver = false;
  readonly #url: string;
  readonly #tenant: MadeTenant;
  readonly #foreign: string;

  constructor(url: string, tenant: MadeTenant, foreign: string) {
    this.#url = url;
    this.#tenant = tenant;
    this.#foreign = foreign;
  }

  /** Writes and reads until it is told to stop. */
  run(): Promise<unknown> {
    return Promise.all([this.#write("a"), this.#write("b"), this.#read(), this.#read()]);
  }

  stop(): void {
    this.#isOver = true;
  }

  async #write(series: string): Promise<void> {
    for (let count = 0; !this.#isOver; count++) {
      const title = `${this.#tenant.slug} ${series} ${count}`;
      const { status, data, error } = await call(this.#url, "documents.create", { title }, bearer(this.#tenant));
      if (status === 200) this.acknowledged.push(title);
      else {
        this.failed.push(title);
        // As a client waits before it asks a server again that is unavailable.
        await pause(20);
      }
      const isRight = status === 200 ? (data as { title: string }).title === title : isAway(error);
      if (!isRight) this.wrong.push(`${title}: ${JSON.stringify(data ?? error)}`);
    }
  }

  async #read(): Promise<void> {
    while (!this.#isOver) {
      const list = await call(this.#url, "documents.list", { limit: 50 }, bearer(this.#tenant));
      const { items } = (list.data ?? { items: [] }) as { items: { title: string; userId: string }[] };
      const isOwn = items.every(({ userId }) => userId === this.#tenant.userId);
      if (list.status === 200 ? !isOwn || items.length === 0 : !isAway(list.error))
        this.wrong.push(JSON.stringify(list));
      const theirs = await call(this.#url, "documents.byId", { id: this.#foreign }, bearer(this.#tenant));
      const isHidden = theirs.error?.data.reason === "documents/not-found" || isAway(theirs.error);
      if (!isHidden) this.wrong.push(JSON.stringify(theirs));
      if (list.status === 200) this.reads++;
      else await pause(20);
    }
  }
}

const isAway = (error: { data: { code: string; httpStatus: number; reason: string } } | undefined): boolean =>
  error?.data.code === "SERVICE_UNAVAILABLE" &&
  error.data.httpStatus === 503 &&
  error.data.reason === "server/database-unavailable";

const titlesOf = async (url: string, { tenantId }: MadeTenant): Promise<string[]> => {
  const select = "select title from app.documents where tenant_id = $1";
  const rows = await asAdmin(url, (admin) => admin.query<{ title: string }>(select, [tenantId]));
  return rows.rows.map(({ title }) => title);
};

test("A4, B3: a server waits for its database to start, outlives its restart under load, and loses nothing", async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "severalty-restart-")), "data");
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(join(dataDir, ".."), { recursive: true }));
  const running: { cluster: Cluster } = { cluster: await startCluster({ dataDir }) };
  cleanup.defer(() => running.cluster.stop());
  const { port } = running.cluster;
  const adminUrl = withDatabase(running.cluster.url, "land");
  await provision(adminUrl, rolePasswords);
  await migrateUp(withCredentials(adminUrl, "severalty_migrator", rolePassword));
  const [a, b] = await asAdmin(adminUrl, async (admin) => [await makeTenant(admin), await makeTenant(admin)] as const);

  await running.cluster.stop();
  await using server = spawnServer(serverEnvOn(adminUrl));
  await until("the server waits for the database", () => server.stdout.includes("no connection"));
  running.cluster = await startCluster({ dataDir, port });
  expect(running.cluster.port).toBe(port);
  const url = await server.url();

  const loads = [new Load(url, a, b.documentId), new Load(url, b, a.documentId)];
  const ran = loads.map((load) => load.run());
  const each = (is: (load: Load) => boolean) => () => loads.every(is);
  await until(
    "both tenants have written and read",
    each(({ acknowledged, reads }) => acknowledged.length >= 20 && reads >= 5),
  );

  await running.cluster.stop();
  await until(
    "both tenants are told that the database is away",
    each(({ failed }) => failed.length > 0),
  );
  const unready = await fetch(`${url}/readyz`);
  expect([unready.status, await unready.json()]).toEqual([
    503,
    {
      status: "unavailable",
      reasons: ["app", "auth", "platform"].map((role) => `database unreachable as ${role}`),
    },
  ]);
  const before = loads.map(({ acknowledged, reads }) => ({ writes: acknowledged.length, reads }));
  running.cluster = await startCluster({ dataDir, port });
  const goesOn = ({ acknowledged, reads }: Load, at: number) =>
    acknowledged.length >= (before[at]?.writes ?? 0) + 20 && reads >= (before[at]?.reads ?? 0) + 5;
  await until("both tenants write and read again", () => loads.every(goesOn));
  for (const load of loads) load.stop();
  await Promise.all(ran);

  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(server.child.exitCode).toBeNull();
  for (const [at, tenant] of [a, b].entries()) {
    const { wrong = ["no load"], acknowledged = [], failed = [] } = loads[at] ?? {};
    expect(wrong).toEqual([]);
    const stored = await titlesOf(adminUrl, tenant);
    expect(new Set(stored).size).toBe(stored.length);
    expect(acknowledged.filter((title) => !stored.includes(title))).toEqual([]);
    const known = new Set([...acknowledged, ...failed]);
    expect(stored.filter((title) => title.startsWith(tenant.slug) && !known.has(title))).toEqual([]);
  }
});
