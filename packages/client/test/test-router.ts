import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { z } from "zod";
import type { Tokens } from "../src/token-store.ts";

/** A refusal with a reason, as the server makes them. */
export class Refusal extends TRPCError {
  readonly reason: string;

  constructor(code: TRPC_ERROR_CODE_KEY, reason: string) {
    super({ code, message: `refused: ${reason}` });
    this.reason = reason;
  }
}

/** A server's sign-in state: who holds which tokens, and what happened to them. */
export class TestSessions {
  refreshes = 0;
  readonly #living = new Set<string>();
  readonly #refreshTokens = new Map<string, { userId: string; isUsed: boolean }>();
  #issued = 0;

  issue(userId = "ann", ttlMs = 900_000): Tokens {
    this.#issued += 1;
    const tokens = {
      userId,
      accessToken: `access-${this.#issued}`,
      refreshToken: `refresh-${this.#issued}`,
      expiresAt: new Date(Date.now() + ttlMs).toISOString(),
    };
    this.#living.add(tokens.accessToken);
    this.#refreshTokens.set(tokens.refreshToken, { userId, isUsed: false });
    return tokens;
  }

  refresh(refreshToken: string): Tokens {
    this.refreshes += 1;
    const state = this.#refreshTokens.get(refreshToken);
    if (state === undefined) throw new Refusal("UNAUTHORIZED", "auth/refresh-token-invalid");
    if (state.isUsed) throw new Refusal("CONFLICT", "auth/refresh-in-progress");
    state.isUsed = true;
    return this.issue(state.userId);
  }

  assertLiving(accessToken: string | undefined): string {
    if (accessToken === undefined) throw new Refusal("UNAUTHORIZED", "auth/no-token");
    if (!this.#living.has(accessToken)) throw new Refusal("UNAUTHORIZED", "auth/token-expired");
    return accessToken;
  }

  expireAccessTokens(): void {
    this.#living.clear();
  }

  forgetRefreshTokens(): void {
    this.#refreshTokens.clear();
  }
}

export interface TestContext {
  readonly accessToken: string | undefined;
  readonly sessions: TestSessions;
  /** Runs at the beginning of each call of `documents`; what it throws is the answer. */
  readonly onCall: (path: string) => void | Promise<void>;
}

const t = initTRPC.context<TestContext>().create({
  isDev: false,
  errorFormatter: ({ shape: { code, message, data }, error }) => ({
    code,
    message,
    data: {
      code: data.code,
      httpStatus: data.httpStatus,
      reason: error instanceof Refusal ? error.reason : "input/invalid",
      requestId: "request-1",
      ...(error.cause instanceof z.ZodError ? { fields: { title: "too long" } } : {}),
    },
  }),
});

const signedIn = t.procedure.use(async ({ ctx, path, next }) => {
  const accessToken = ctx.sessions.assertLiving(ctx.accessToken);
  await ctx.onCall(path);
  return next({ ctx: { accessToken } });
});

const answerOf = ({ userId, ...tokens }: Tokens) => ({ ...tokens, user: { id: userId } });

/** The few procedures that the client's own work shows on; `byId` tells which token it was called with. */
export const testRouter = t.router({
  auth: t.router({
    login: t.procedure
      .input(z.object({ email: z.string() }).loose())
      .mutation(({ ctx }) => answerOf(ctx.sessions.issue())),
    refresh: t.procedure
      .input(z.object({ refreshToken: z.string() }))
      .mutation(({ ctx, input }) => answerOf(ctx.sessions.refresh(input.refreshToken))),
    logout: signedIn.mutation(() => ({ signedOut: true })),
  }),
  documents: t.router({
    byId: signedIn
      .input(z.object({ id: z.string() }))
      .query(({ ctx, input }) => ({ id: input.id, title: ctx.accessToken })),
    create: signedIn.input(z.object({ title: z.string().max(300) })).mutation(({ input }) => input),
  }),
});
