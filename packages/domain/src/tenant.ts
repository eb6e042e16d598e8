import { z } from "zod";
import { storableText } from "./text.ts";

/** 3 to 50 characters, lower-case letters, digits and inner hyphens; the same pattern stands as a CHECK in the database. */
export const slugPattern = /^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/;

export const tenantSlug = z.string().regex(slugPattern, {
  error: ({ input }) =>
    `tenant slug must be 3 to 50 characters of a-z, 0-9 and inner hyphens, got ${JSON.stringify(String(input).slice(0, 60))}`,
});

/** The reserved tenant of the platform's administrators; it owns no business data. */
export const platformSlug = "platform";

export const tenantName = storableText({ min: 1, max: 120 });

/** A host name of the tenant's own, in lower case: labels of 1 to 63 characters, two at least, 253 in all (RFC 1035 section 2.3.4). */
export const tenantDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/, {
    error: "domain must be a host name of two labels or more, such as agency.example.com",
  });

/** Nobody enters a suspended tenant. */
export const tenantStatuses = ["active", "suspended"] as const;
export type TenantStatus = (typeof tenantStatuses)[number];

/** What a tenant pays for; nothing depends on it. */
export const subscriptionTiers = ["free", "team", "business", "enterprise"] as const;
export type SubscriptionTier = (typeof subscriptionTiers)[number];
