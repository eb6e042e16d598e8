import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { describeError } from "@severalty/api/log-failure";
import { createRateLimits } from "@severalty/api/rate-limits";
import { createAccessTokens } from "@severalty/auth/access-token";
import { createEnvelope } from "@severalty/auth/envelope";
import { createPasswords } from "@severalty/auth/password";
import { poolOf } from "@severalty/db/orm";
import { EnvironmentError, parseEnvironment } from "@severalty/domain/environment";
import { createNewId } from "@severalty/domain/ids";
import type { Logger } from "pino";
import { createApp } from "./app.ts";
import { boundConnections } from "./bound-connections.ts";
import { closeAll, connect, ConnectError, type Databases } from "./connect.ts";
import { type ServerEnv, serverEnv } from "./env.ts";
import { assertSafe, examineDatabases, UnsafeDatabaseError } from "./examine-databases.ts";
import { createLog } from "./log.ts";
import { Draining, shutdownOnSignal } from "./shutdown.ts";

const start = async (): Promise<void> => {
  const env = parseEnvironment(serverEnv, process.env, (path) => readFileSync(path, "utf8"));
  const log = createLog(env.LOG_LEVEL);
  // Only production waits for the answer. Begun first: the database answers while this process makes its pools and its app. One that is
  // not up yet is asked again.
  const isProduction = env.ENVIRONMENT === "production";
  const early = isProduction ? examineDatabases(env, new Date()).catch(() => undefined) : undefined;
  const databases = await connect(env, log);
  const draining = new Draining();
  const app = await buildApp(env, databases, draining, log);
  const examined = async () =>
    assertSafe((await early) ?? (await examineDatabases(env, new Date())), databases.app, env, log);
  if (isProduction) await examined();
  const server = app.listen(env.PORT, env.HOST);
  boundConnections(server);
  await once(server, "listening");
  shutdownOnSignal(server, draining, {
    graceMs: env.SHUTDOWN_GRACE_MS,
    log,
    close: () => closeAll(databases),
  });
  const { port } = server.address() as AddressInfo;
  log.info(
    { port, environment: env.ENVIRONMENT, startMs: Math.round(performance.now()) },
    `listening on http://localhost:${port}`,
  );
  if (!isProduction)
    await examined().catch((error: unknown) =>
      log.warn({ err: describeError(error) }, "the database was not examined"),
    );
};

const buildApp = async (env: ServerEnv, databases: Databases, draining: Draining, log: Logger) => {
  const factor = env.RATE_LIMIT_FACTOR ?? (env.ENVIRONMENT === "production" ? 1 : 100);
  const rateLimits = createRateLimits(await poolOf(databases.auth), factor);
  return createApp(
    {
      app: databases.app,
      auth: databases.auth,
      platform: databases.platform,
      accessTokens: createAccessTokens({ secret: env.AUTH_SECRET }),
      envelope: createEnvelope({ key: env.SECRETS_KEY, oldKeys: env.SECRETS_KEYS_OLD }),
      passwords: createPasswords(),
      rateLimits,
      clock: () => new Date(),
      newId: createNewId(),
      random: randomBytes,
      log,
    },
    databases,
    { trustProxyHops: env.TRUST_PROXY_HOPS, isDraining: draining.is },
  );
};

/** What an operator can mend is said in one sentence; anything else keeps its stack. */
const fail = (error: unknown): never => {
  const isExpected =
    error instanceof EnvironmentError ||
    error instanceof ConnectError ||
    error instanceof UnsafeDatabaseError ||
    isListenError(error);
  // oxlint-disable-next-line leaks/logs-name-fields -- before the first request there is no value of any tenant to quote
  console.error(isExpected ? `severalty-server: ${error.message}` : error);
  process.exit(1);
};

const isListenError = (error: unknown): error is Error =>
  error instanceof Error && "syscall" in error && error.syscall === "listen";

await start().catch(fail);
