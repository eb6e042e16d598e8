import { platformCases, type PlatformCase } from "@severalty/api/test/platform-cases";
import type { RecordedInput } from "@severalty/isolation/attacks";
import type { MadeAttacker, MadeOther } from "./make-worlds.ts";

/**
 * What an administrator of the platform sends: about tenant A by a grant for A alone, and where nothing less will do by one for all. The
 * other's part of it is tenant B, or a colleague's grant for B.
 */
export const platformInputs = (attacker: MadeAttacker, victim: MadeOther): Readonly<Record<string, RecordedInput>> =>
  Object.fromEntries(
    Object.entries(platformCases).map(([path, one]) => {
      const own = ownInput(path, one, attacker);
      const theirs = path.startsWith("platform.tenants.") ? victim.world.tenantId : victim.grantId;
      const other = "tenantId" in own ? { tenantId: victim.world.tenantId } : { id: theirs };
      return [path, "tenantId" in own || "id" in own ? { own, other: { ...own, ...other } } : { own }];
    }),
  );

const ownInput = (path: string, { by, status, input }: PlatformCase, { world, platform }: MadeAttacker): object => {
  const { operator, forTenant, forAll, suspended } = platform;
  const isSuspended = status === "suspended";
  const place = { operator, tenant: isSuspended ? suspended.tenant : world, forTenant, forAll: forTenant };
  const forOne = isSuspended ? suspended.forTenant : forTenant;
  const sent = input(place, by === "grantForAll" ? forAll : forOne);
  // Without it all grants are listed, of whichever tenant they are.
  return path === "platform.grants.list" ? { ...sent, tenantId: world.tenantId } : sent;
};
