import type { RoleName } from "../../src/roles.ts";
import { functionsOf } from "../catalog.ts";
import type { Attack, AttackClass } from "./attack.ts";
import { grants } from "./removed.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

/** What sign-in is there for: it may be asked about any identity, and writes down what it did in the tenant's log. */
const bySignIn = new Set(["auth.memberships", "auth.record"]);

/** Most ways to fill the arguments of one function: each uuid the victim's, the attacker's own, or nobody's. */
const waysMax = 81;

/** Values for an argument. The victim's session and his key are secrets of his, which an attacker does not have. */
const valuesFor = (world: World, name: string, type: string): readonly unknown[] => {
  const { us, them } = world;
  if (type === "uuid") {
    if (name === "session") return [us.sessionId, world.ghost()];
    if (name === "usr") return [them.userId, us.userId];
    if (name === "identity") return [them.identityId];
    if (name === "tenant") return [them.tenantId];
    return [them.tenantId, them.userId, us.userId];
  }
  if (type === "text")
    return [
      name === "role" ? "agency_admin" : name === "template" ? "blank" : name === "outcome" ? "denied" : "auth.login",
    ];
  if (type === "bytea") return [world.cast.ourKey.keyHash];
  if (type === "jsonb") return ["{}"];
  if (type.startsWith("timestamp")) return [new Date(Date.now() + 3_600_000).toISOString()];
  return [null];
};

const waysOf = (choices: readonly (readonly unknown[])[]): unknown[][] =>
  choices
    .reduce<unknown[][]>((ways, values) => ways.flatMap((way) => values.map((value) => [...way, value])), [[]])
    .slice(0, waysMax);

/** Calls every definer function in every way, and looks after each call which rows are to be seen. */
const everyCall = async (
  world: World,
  role: RoleName,
  begin: (session: Session) => Promise<unknown>,
): Promise<unknown[]> => {
  const session = await world.session(role);
  const found: unknown[] = [];
  let calls = 0;
  for (const { name, takes, isDefiner, arguments: names } of await functionsOf(world.admin)) {
    if (!isDefiner || takes.includes("trigger") || (role === "severalty_auth" && bySignIn.has(name))) continue;
    for (const values of waysOf(takes.map((type, at) => valuesFor(world, names[at] ?? "", type)))) {
      calls++;
      await session.run("begin");
      await begin(session);
      await session.run("savepoint call");
      const marks = takes.map((type, at) => `$${at + 1}::${type}`).join(", ");
      const answer = await session
        .run(`select * from ${name}(${marks}) answer`, values)
        .catch(async (error: unknown) => {
          await session.run("rollback to savepoint call");
          return String(error);
        });
      const seen = await session.run("select title, content from app.documents").catch(async (error: unknown) => {
        await session.run("rollback to savepoint call");
        return String(error);
      });
      found.push(answer, seen);
      await session.run("commit");
    }
  }
  if (calls < 20) throw new Error(`only ${calls} calls were made`);
  return found;
};

const calls = (
  role: RoleName,
  title: string,
  begin: (world: World) => (session: Session) => Promise<unknown>,
): Attack => ({
  title,
  without: [
    ...grants(role),
    "alter policy documents_severalty_app_policy on app.documents to severalty_app, severalty_auth, severalty_platform, severalty_worker",
  ],
  isAlone: true,
  attack: (world) => everyCall(world, role, begin(world)),
});

const outside = () => () => Promise.resolve();

/** Every function that runs with the gate's rights, called by every role with the other tenant's values. */
export const definerFunctions: AttackClass = {
  name: "SECURITY DEFINER functions",
  stoppedBy: "each may be executed by the one role that needs it, and believes nothing that it can look up",
  attacks: [
    calls("severalty_app", "all of them as severalty_app, with no tenant entered", outside),
    calls(
      "severalty_app",
      "all of them as severalty_app, with the own tenant entered",
      ({ us }) =>
        (session) =>
          session.run("select app.enter($1, $2, $3, $4, 'r', 'documents.list')", [
            us.sessionId,
            us.userId,
            us.tenantId,
            us.role,
          ]),
    ),
    calls("severalty_auth", "all of them as severalty_auth", outside),
    calls("severalty_platform", "all of them as severalty_platform", outside),
    calls("severalty_worker", "all of them as severalty_worker", outside),
  ],
};
