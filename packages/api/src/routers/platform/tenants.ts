import { createOneTimeToken, oneTimeTokenTtlMs } from "@severalty/auth/one-time-token";
import { PlatformTenants, type TenantCounts } from "@severalty/db/platform/platform-tenants";
import { email } from "@severalty/domain/email";
import { DomainError } from "@severalty/domain/errors";
import { accessGrantId, tenantId, type IdentityId, type TenantId, type UserId } from "@severalty/domain/ids";
import { jsonObject, type JsonObject } from "@severalty/domain/json";
import { defaultTemplateKey, templateKey } from "@severalty/domain/template";
import {
  platformSlug,
  subscriptionTiers,
  tenantDomain,
  tenantName,
  tenantSlug,
  tenantStatuses,
  type SubscriptionTier,
  type TenantStatus,
} from "@severalty/domain/tenant";
import { storableText } from "@severalty/domain/text";
import { usernameFor, userName } from "@severalty/domain/user";
import { z } from "zod";
import { changeInput, listInput, newestFirst, searchText, type ListAnswer } from "../../pagination.ts";
import { platformProcedure } from "../../platform-procedures.ts";
import { router } from "../../procedures.ts";
import { containsEachWord, given, where } from "../../where.ts";

/** A tenant, as the platform sees it. */
export interface PlatformTenant {
  id: TenantId;
  slug: string;
  name: string;
  domain?: string | null | undefined;
  status: TenantStatus;
  subscriptionTier: SubscriptionTier;
  settings: JsonObject;
  /** What it was started from. */
  templateKey?: string | null | undefined;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A tenant that has just been made, and how its first administrator gets in. */
export interface NewPlatformTenant {
  tenant: PlatformTenant;
  administrator: {
    userId: UserId;
    email: string;
    /** Of somebody new: a token for `auth.setPassword`, once; no other answer has it. Null for somebody who has an account. */
    setPassword: { token: string; expiresAt: Date } | null;
  };
}

const fields = [
  "id",
  "slug",
  "name",
  "domain",
  "status",
  "subscriptionTier",
  "settings",
  "templateKey",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/** The grant by which a call is made. */
const byGrant = { grantId: accessGrantId };
const ofOne = { ...byGrant, id: tenantId };

/** Why a tenant is shut out or let in again: a sentence that it will read in its log. */
const reason = storableText({ min: 1, max: 500 });

const domain = tenantDomain.nullable();
const subscriptionTier = z.enum(subscriptionTiers);

/** The answer is the same whether or not there is such a tenant; what is there reads that somebody tried. */
const refusedCall = {
  "id writes app.audit_logs,app.tenants":
    "a tenant reads in its own log of every call that was refused about it, for which its row is locked",
};
const aboutOne = { isolation: { exempt: refusedCall } };

/** Tenants, for administrators of the platform, as far as an access grant reaches. */
export const tenantsRouter = router({
  list: platformProcedure(
    listInput(
      {
        ...byGrant,
        search: searchText,
        status: z.enum(tenantStatuses).optional(),
        subscriptionTier: subscriptionTier.optional(),
      },
      ["name", "slug", "createdAt", "updatedAt"],
    ),
  ).query(({ ctx, input }): Promise<ListAnswer<PlatformTenant>> => {
    const { search, status, subscriptionTier: tier } = input;
    const condition = where({
      status,
      subscriptionTier: tier,
      $and: containsEachWord(["slug", "name", "domain"], search),
    });
    return newestFirst(new PlatformTenants(ctx.em), fields, input, condition);
  }),

  byId: platformProcedure(z.strictObject(ofOne))
    .meta(aboutOne)
    .query(async ({ ctx, input }): Promise<PlatformTenant & { counts: TenantCounts }> => {
      const tenants = new PlatformTenants(ctx.em);
      return { ...(await tenants.byId(input.id, fields)), counts: await tenants.counts(input.id) };
    }),

  /** Makes a tenant with its first administrator, by a grant for all tenants. */
  create: platformProcedure(
    z.strictObject({
      ...byGrant,
      name: tenantName,
      slug: tenantSlug,
      domain: domain.default(null),
      subscriptionTier: subscriptionTier.default("free"),
      settings: jsonObject.default({}),
      /** What the tenant starts from. Throws `templates/unknown-key`. */
      templateKey: templateKey.default(defaultTemplateKey),
      administrator: z.strictObject({
        email,
        name: userName,
        /**
         * Whether somebody has made sure that an account which has this address is his. Whoever registers an address need not be its
         * holder: without it, `tenants/administrator-unconfirmed`.
         */
        isConfirmed: z.boolean().default(false),
      }),
    }),
  )
    .meta({
      isolation: {
        exempt: {
          slug: "slugs are unique over all tenants, so that a taken one says so",
          domain: "domains are unique over all tenants, so that a taken one says so",
          "administrator.email": "a person has one account for all tenants, and one who is there gets no link",
        },
      },
    })
    .mutation(async ({ ctx, input }): Promise<NewPlatformTenant> => {
      const { services } = ctx;
      const { administrator } = input;
      if (input.slug === platformSlug) throw new DomainError("conflict", "tenants/slug-taken", "that slug is taken");
      const now = services.clock();
      const { token, hash } = createOneTimeToken(services.random);
      const expiresAt = new Date(now.getTime() + oneTimeTokenTtlMs);
      const made = { tenantId: services.newId<TenantId>(), userId: services.newId<UserId>() };
      const tenants = new PlatformTenants(ctx.em);
      const isNew = await tenants.create(
        {
          ...input,
          ...made,
          identityId: services.newId<IdentityId>(),
          administrator: { ...administrator, username: usernameFor(administrator.email) },
          isConfirmed: administrator.isConfirmed,
          link: { hash, expiresAt },
        },
        now,
      );
      return {
        tenant: await tenants.byId(made.tenantId, fields),
        administrator: {
          userId: made.userId,
          email: administrator.email,
          setPassword: isNew ? { token, expiresAt } : null,
        },
      };
    }),

  update: platformProcedure(changeInput(ofOne, { name: tenantName, domain, subscriptionTier, settings: jsonObject }))
    .meta({
      isolation: {
        exempt: { ...refusedCall, domain: "domains are unique over all tenants, so that a taken one says so" },
      },
    })
    .mutation(({ ctx, input }): Promise<PlatformTenant> => {
      const { id, version, name, domain: host, subscriptionTier: tier, settings } = input;
      const changes = given({ name, domain: host, subscriptionTier: tier, settings });
      return new PlatformTenants(ctx.em).update(id, version, changes, ctx.services.clock(), fields);
    }),

  /** Nobody enters the tenant from the next transaction on, by session or key, until it is activated. A suspended one stays as it is. */
  suspend: platformProcedure(z.strictObject({ ...ofOne, reason }))
    .meta(aboutOne)
    .mutation(({ ctx, input }): Promise<PlatformTenant> =>
      new PlatformTenants(ctx.em).setStatus(input.id, "suspended", ctx.services.clock(), fields),
    ),

  /** Lets a suspended tenant's sessions and keys in again. An active one stays as it is. */
  activate: platformProcedure(z.strictObject({ ...ofOne, reason }))
    .meta(aboutOne)
    .mutation(({ ctx, input }): Promise<PlatformTenant> =>
      new PlatformTenants(ctx.em).setStatus(input.id, "active", ctx.services.clock(), fields),
    ),

  /** Removes a suspended tenant with everything of it, its log too, and persons who were in no other. `slug` confirms which. */
  remove: platformProcedure(z.strictObject({ ...ofOne, slug: tenantSlug }))
    .meta(aboutOne)
    .mutation(async ({ ctx, input }): Promise<{ id: TenantId }> => {
      await new PlatformTenants(ctx.em).remove(input.id, input.slug);
      return { id: input.id };
    }),
});
