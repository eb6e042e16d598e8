import type { AppRouter } from "@severalty/api/root";
import type { Operation, TRPCLink } from "@trpc/client";
import { asyncLink, type Answer, type Send } from "./async-link.ts";
import type { Outputs } from "./inference.ts";
import type { Caller, Session } from "./session.ts";
import { toSeveraltyError } from "./severalty-error.ts";
import { tokensOf, type Tokens } from "./token-store.ts";

/** Procedures that prove who calls by their input. */
const withoutToken: ReadonlySet<string> = new Set(["auth.register", "auth.login", "auth.refresh", "auth.setPassword"]);

/** Answers to an access token that a new one may not meet: expired, signed by an old key, or of a role that has changed. */
const renewableReasons: ReadonlySet<string> = new Set([
  "auth/token-expired",
  "auth/token-invalid",
  "auth/session-ended",
]);

/** Gives each call its access token, renews refused ones, keeps the tokens of whatever signs in and forgets them on sign-out. */
export const authLink = (session: Session): TRPCLink<AppRouter> =>
  asyncLink(async (op, send) => {
    const answer = withoutToken.has(op.path) ? await send(op) : await sendAs(session, op, send);
    const tokens = tokensIn(op, answer);
    if (tokens !== undefined) await session.begin(tokens);
    if (op.path === "auth.logout") await session.end(callerOf(op));
    return answer;
  });

/** The access token that an operation is to be sent with. */
export const accessTokenOf = ({ context }: Pick<Operation, "context">): string | undefined =>
  typeof context[accessToken] === "string" ? context[accessToken] : undefined;

const accessToken = "severalty.accessToken";

const caller = "severalty.caller";

/** What is repeated is one call: its attempts remember together whom it began as. */
export const asOneCall = (op: Operation): Operation => ({ ...op, context: { ...op.context, [caller]: {} } });

const callerOf = ({ context }: Operation): Caller => context[caller] ?? {};

const sendAs = async (session: Session, op: Operation, send: Send): Promise<Answer> => {
  const tokens = await session.current(callerOf(op));
  if (tokens === null) return send(op);
  try {
    return await send(withAccessToken(op, tokens));
  } catch (cause) {
    const error = toSeveraltyError(cause);
    if (!renewableReasons.has(error.reason)) throw error;
    return send(withAccessToken(op, await session.renew(tokens)));
  }
};

const withAccessToken = (op: Operation, tokens: Tokens): Operation => ({
  ...op,
  context: { ...op.context, [accessToken]: tokens.accessToken },
});

/** Everything of `auth` that answers tokens signs somebody in. */
const tokensIn = ({ path }: Operation, { result }: Answer): Tokens | undefined => {
  const data: unknown = path.startsWith("auth.") && "data" in result ? result.data : undefined;
  return isSignIn(data) ? tokensOf(data) : undefined;
};

const isSignIn = (value: unknown): value is Outputs["auth"]["login"] =>
  typeof value === "object" && value !== null && "accessToken" in value && "refreshToken" in value;
