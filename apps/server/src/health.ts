import { setTimeout as pause } from "node:timers/promises";
import { pendingMigrations } from "@severalty/db/schema-state";
import type { Orm } from "@severalty/db/orm";
import type { RequestHandler } from "express";
import type { Databases } from "./connect.ts";

/** Whether the process lives; asks nothing else. */
export const healthz: RequestHandler = (_request, response) => {
  response.json({ status: "ok" });
};

/** Whether to send traffic here: every role reaches the database, its migrations are current, and no shutdown is under way. */
export const readyz =
  (databases: Databases, isDraining: () => boolean): RequestHandler =>
  async (_request, response) => {
    const reasons = isDraining() ? ["shutting down"] : await faults(databases);
    response
      .status(reasons.length === 0 ? 200 : 503)
      .json({ status: reasons.length === 0 ? "ready" : "unavailable", reasons });
  };

const faults = async ({ app, auth, platform }: Databases): Promise<string[]> => {
  const found = await Promise.all([migrations(app), reachable("auth", auth), reachable("platform", platform)]);
  return found.flat();
};

/** Longest wait for an answer, in milliseconds: what has not come by then does not come for callers either. */
const patienceMs = 5_000;

const inTime = <Result>(asked: Promise<Result>): Promise<Result> => {
  const late = pause(patienceMs, undefined, { ref: false }).then(() => Promise.reject(new Error("no answer in time")));
  return Promise.race([asked, late]);
};

const migrations = async (orm: Orm): Promise<string[]> => {
  try {
    const pending = await inTime(pendingMigrations(orm.em.fork()));
    return pending.length === 0 ? [] : [`migrations are pending: ${pending.join(", ")}`];
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "42P01";
    return [isMissing ? "migrations are pending: all" : "database unreachable as app"];
  }
};

const reachable = async (role: string, orm: Orm): Promise<string[]> => {
  try {
    await inTime(orm.em.fork().execute("select 1"));
    return [];
  } catch {
    return [`database unreachable as ${role}`];
  }
};
