import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRateLimits } from "@severalty/api/rate-limits";
import { testSecret, testSecretsKey } from "@severalty/api/testing/make-services";
import { createAccessTokens } from "@severalty/auth/access-token";
import { createEnvelope } from "@severalty/auth/envelope";
import { createPasswords } from "@severalty/auth/password";
import { authEntities } from "@severalty/db/entities";
import { createOrm, poolOf, warmPool } from "@severalty/db/orm";
import type { RoleName } from "@severalty/db/roles";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { createNewId } from "@severalty/domain/ids";
import { DatabaseState, type OtherRows } from "@severalty/isolation/database-state";
import type { Injected } from "@severalty/isolation/injected";
import { nextTransaction, setDatabaseMoment } from "@severalty/isolation/injected-postgres";
import { createSender } from "@severalty/isolation/send";
import type { Answer, Call, Outcome } from "@severalty/isolation/world";
import { withCredentials } from "@severalty/postgres/url";
import { createApp } from "@severalty/server/app";
import { Client } from "pg";
import { pino } from "pino";

/**
 * What a world can be asked: to live, which stays; to keep what is there; to run calls, each of which is taken back;
 * and to check that nothing else has changed.
 */
export type Order =
  | { readonly do: "live"; readonly calls: readonly Call[] }
  | { readonly do: "keep"; readonly other: OtherRows }
  | { readonly do: "check" }
  | { readonly do: "run"; readonly calls: readonly Call[] };

/** Schemas whose every row is compared. */
const schemas = ["app", "auth", "archive", "sealed"];

/** The real server on a database of its own, in this thread. */
export const openWorld = async (url: string, injected: Injected) => {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const send = createSender(`${await serve(url)}/trpc`);
  let state: DatabaseState | undefined;
  const call = async (one: Call): Promise<{ answer: Answer; since: string; hasWritten: boolean }> => {
    injected.setMoment(one.moment);
    const since = await setDatabaseMoment(admin, injected.now());
    const answer = await send(one);
    return { answer, since, hasWritten: (await nextTransaction(admin)) !== since };
  };
  /** What queries answer of the row that was written. */
  const readBack = async ({ readBack: queries = [], ...one }: Call, id: unknown): Promise<readonly string[]> => {
    const asked = typeof id === "string" ? queries : [];
    const answers = asked.map((procedure) => ({ ...one, procedure, type: "query" as const, input: { id } }));
    return (await oneByOne(answers, send)).map(({ status, body }, at) => `then ${asked[at]} ${status} ${body}`);
  };
  const run = async (one: Call): Promise<Outcome> => {
    const { answer, since, hasWritten } = await call(one);
    const unchanged = { changes: [], otherChanges: [] };
    if (!hasWritten || state === undefined) return { answer, ...unchanged };
    const seen = answer.status < 300 ? await readBack(one, idIn(answer)) : [];
    const { changes, otherChanges } = await state.takeBack(since);
    return { answer, changes: [...changes, ...seen], otherChanges };
  };
  return {
    async do(order: Order): Promise<readonly Answer[] | readonly Outcome[] | readonly string[]> {
      if (order.do === "run") return oneByOne(order.calls, run);
      if (order.do === "check") return (await state?.faults()) ?? [];
      if (order.do === "live") return oneByOne(order.calls, async (one) => (await call(one)).answer);
      state = await DatabaseState.open(admin, { schemas, other: order.other, inOrder: ["app.tenants"] });
      return [];
    },
  };
};

const idIn = ({ body }: Answer): unknown =>
  (JSON.parse(body) as { result?: { data?: { id?: unknown } } }).result?.data?.id;

const oneByOne = async <Result>(calls: readonly Call[], work: (one: Call) => Promise<Result>): Promise<Result[]> => {
  const results: Result[] = [];
  for (const one of calls) results.push(await work(one));
  return results;
};

/** As `apps/server/src/serve.ts`, but that nothing is logged, hashes cost little, and limits are out of reach. */
const serve = async (url: string): Promise<string> => {
  const connect = async (role: RoleName, entities?: typeof authEntities) => {
    const orm = await createOrm({
      url: withCredentials(url, role, rolePassword),
      applicationName: "severalty-prove",
      ...(entities === undefined ? {} : { entities }),
    });
    await warmPool(orm);
    return orm;
  };
  const [app, auth, platform] = [
    await connect("severalty_app"),
    await connect("severalty_auth", authEntities),
    await connect("severalty_platform"),
  ];
  const services = {
    app,
    auth,
    platform,
    accessTokens: createAccessTokens({ secret: testSecret }),
    envelope: createEnvelope({ key: testSecretsKey }),
    passwords: createPasswords({ memoryCost: 1024, timeCost: 1 }),
    rateLimits: createRateLimits(await poolOf(auth), 1_000_000),
    clock: () => new Date(),
    newId: createNewId(),
    random: randomBytes,
    log: pino({ level: "silent" }),
  };
  const express = createApp(services, { app, auth, platform }, { trustProxyHops: 0, isDraining: () => false });
  const server = createServer((request, response) => {
    // Node's own clock, which nothing injects.
    response.sendDate = false;
    express(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
