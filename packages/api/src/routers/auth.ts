import { hashOneTimeToken } from "@severalty/auth/one-time-token";
import { hashRefreshToken, isRefreshToken } from "@severalty/auth/refresh-token";
import { findCredentials, membershipsOf, type Membership } from "@severalty/db/identity/membership";
import { register } from "@severalty/db/identity/register";
import { setPassword } from "@severalty/db/identity/set-password";
import { openSession, recordSignIn, renewSession, revokeSession } from "@severalty/db/identity/session";
import { User } from "@severalty/db/entities/user";
import { currentTenant } from "@severalty/db/tenancy/current-tenant";
import { ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { email } from "@severalty/domain/email";
import { DomainError } from "@severalty/domain/errors";
import type { IdentityId, SessionId, TenantId, UserId } from "@severalty/domain/ids";
import { defaultTemplateKey, templateKey } from "@severalty/domain/template";
import { platformSlug, tenantName, tenantSlug, type SubscriptionTier } from "@severalty/domain/tenant";
import { password, usernameFor, userName, type Preferences, type StorageMode } from "@severalty/domain/user";
import { z } from "zod";
import type { Context } from "../context.ts";
import { limitedAddress } from "../limited-address.ts";
import { noInput, publicProcedure, router, tenantProcedure, userProcedure } from "../procedures.ts";
import { newSession, signInAnswer, type SignedInTenant, type SignedInUser, type SignInAnswer } from "../sign-in.ts";

/** Who calls, as the database has him now. */
export interface Me {
  user: SignedInUser & { preferences: Preferences; storageMode: StorageMode; version: number };
  tenant: SignedInTenant & { subscriptionTier: SubscriptionTier };
}

const secret = (what: string, max: number) => {
  const error = `${what} must be a string of 1 to ${max} characters`;
  return z.string({ error }).min(1, { error }).max(max, { error });
};

/** Who somebody is: register, sign in, renew, sign out. */
export const authRouter = router({
  register: publicProcedure
    .meta({
      isolation: {
        exempt: {
          tenantSlug:
            "slugs are unique over all tenants, so that a taken one says so; rate limits bound how fast one can ask",
          email:
            "a person has one account for all tenants, so that a taken address says so; rate limits bound how fast one can ask",
        },
      },
    })
    .input(
      z.strictObject({
        tenantName,
        tenantSlug,
        name: userName,
        email,
        password,
        /** What the tenant starts from. Throws `templates/unknown-key`, whose message names those that there are. */
        templateKey: templateKey.default(defaultTemplateKey),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<SignInAnswer> => {
      const { services, client } = ctx;
      await services.rateLimits.use({ limit: "register", key: limitedAddress(client.ip) });
      // Whoever held it before the migrator has seeded it would be given the platform's administrators.
      if (input.tenantSlug === platformSlug)
        throw new DomainError("conflict", "tenants/slug-taken", "that slug is taken");
      const hashedPassword = await services.passwords.hash(input.password);
      const session = newSession(services);
      const ids = {
        identityId: services.newId<IdentityId>(),
        tenantId: services.newId<TenantId>(),
        userId: services.newId<UserId>(),
        sessionId: services.newId<SessionId>(),
      };
      const username = usernameFor(input.email);
      const registration = { ...input, ...ids, username, hashedPassword };
      await register(services.auth.em.fork(), registration, session, client);
      const membership: Membership = {
        ...ids,
        tenantSlug: input.tenantSlug,
        tenantName: input.tenantName,
        tenantStatus: "active",
        role: "agency_admin",
        teamId: null,
        username,
        email: input.email,
        name: input.name,
      };
      return signInAnswer(services, ids.sessionId, session.refreshToken, membership, [membership]);
    }),

  login: publicProcedure
    .input(z.strictObject({ email, password: secret("password", 200), tenantSlug: tenantSlug.optional() }))
    .mutation(async ({ ctx, input }): Promise<SignInAnswer> => {
      const { services, client } = ctx;
      const from = limitedAddress(client.ip);
      await services.rateLimits.use(
        { limit: "loginFromAddress", key: from },
        { limit: "login", key: `${from} ${input.email}` },
      );
      const em = services.auth.em.fork();
      const credentials = await findCredentials(em, input.email);
      const isRight = await services.passwords.verify(credentials?.hashedPassword ?? null, input.password);
      const memberships = credentials === null ? [] : await membershipsOf(em, credentials.id);
      const wanted = memberships.filter(({ tenantSlug: slug }) => slug === (input.tenantSlug ?? slug));
      const membership = wanted.find(isActive) ?? wanted[0];
      if (credentials === null || !isRight) throw await recordRefusal(ctx, membership, wrongCredentials());
      if (membership === undefined) throw noMembership();
      if (!isActive(membership)) throw await recordRefusal(ctx, membership, suspended());
      const sessionId = services.newId<SessionId>();
      const session = newSession(services);
      const isOpen = await openSession(em, sessionId, { credentials, membership }, session, client);
      if (!isOpen) throw await recordRefusal(ctx, membership, wrongCredentials());
      return signInAnswer(services, sessionId, session.refreshToken, membership, memberships);
    }),

  refresh: publicProcedure
    .input(z.strictObject({ refreshToken: secret("refreshToken", 200) }))
    .mutation(async ({ ctx, input }): Promise<SignInAnswer> => {
      const { services, client } = ctx;
      if (!isRefreshToken(input.refreshToken)) throw invalidRefreshToken();
      const session = newSession(services);
      // One transaction: a person who may not enter the tenant keeps his refresh token for when he may again.
      const renewed = await services.auth.em.fork().transactional(async (tx) => {
        const renewal = await renewSession(tx, hashRefreshToken(input.refreshToken), session, client);
        if (renewal.outcome !== "renewed") return renewal.outcome;
        const memberships = await membershipsOf(tx, renewal.identityId);
        const membership = memberships.find(({ tenantId }) => tenantId === renewal.tenantId);
        if (membership === undefined) throw noMembership();
        if (!isActive(membership)) throw suspended();
        return signInAnswer(services, renewal.sessionId, session.refreshToken, membership, memberships);
      });
      if (typeof renewed === "object") return renewed;
      if (renewed !== "just-used") throw invalidRefreshToken();
      throw new DomainError(
        "conflict",
        "auth/refresh-in-progress",
        "this refresh token was used a moment ago: try again",
      );
    }),

  logout: userProcedure.input(noInput).mutation(async ({ ctx }): Promise<{ signedOut: true }> => {
    const { sessionId: id, tenantId, userId } = ctx.principal;
    const em = ctx.services.auth.em.fork();
    await revokeSession(em, { id, tenantId, userId }, "signed out", ctx.services.clock(), ctx.client);
    return { signedOut: true };
  }),

  setPassword: publicProcedure
    .input(z.strictObject({ token: secret("token", 200), password }))
    .mutation(async ({ ctx, input }): Promise<{ passwordSet: true }> => {
      const { services, client } = ctx;
      await services.rateLimits.use({ limit: "loginFromAddress", key: limitedAddress(client.ip) });
      const hashedPassword = await services.passwords.hash(input.password);
      const spent = { tokenHash: hashOneTimeToken(input.token), hashedPassword, at: services.clock() };
      const isSet = await setPassword(services.auth.em.fork(), spent, client);
      if (isSet) return { passwordSet: true };
      throw new DomainError("unauthenticated", "auth/link-invalid", "the link is not valid any more: ask for another");
    }),

  me: tenantProcedure("tenants.read", noInput, { isForUsers: true }).query(async ({ ctx }): Promise<Me> => {
    const user = await new ReadRepository(ctx.em, User).byId(ctx.actor.userId, [
      "id",
      "email",
      "name",
      "username",
      "role",
      "teamId",
      "preferences",
      "storageMode",
      "version",
    ]);
    const tenant = await currentTenant(ctx.em, ["id", "slug", "name", "subscriptionTier"]);
    return { user: { ...user, name: user.name ?? null, teamId: user.teamId ?? null }, tenant };
  }),
});

const isActive = ({ tenantStatus }: Membership): boolean => tenantStatus === "active";

/** Puts a refused sign-in into the log of the tenant that it was meant for, if there is one, and gives the refusal back. */
const recordRefusal = async (
  { services, client }: Pick<Context, "services" | "client">,
  membership: Membership | undefined,
  refusal: DomainError,
): Promise<DomainError> => {
  const record = { action: "auth.login", outcome: "denied", details: { reason: refusal.reason } } as const;
  if (membership !== undefined) await recordSignIn(services.auth.em.fork(), membership, record, client);
  return refusal;
};

const wrongCredentials = () =>
  new DomainError("unauthenticated", "auth/wrong-credentials", "e-mail or password is wrong");

const noMembership = () =>
  new DomainError("forbidden", "auth/no-membership", "you are no active member of that tenant");

const suspended = () => new DomainError("forbidden", "tenants/suspended", "the tenant is suspended");

const invalidRefreshToken = () =>
  new DomainError("unauthenticated", "auth/refresh-token-invalid", "the refresh token is not valid: sign in again");
