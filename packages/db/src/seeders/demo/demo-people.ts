import type { IdentityId, TeamId, TenantId, UserId } from "@severalty/domain/ids";
import type { DemoSize } from "./demo-size.ts";
import type { DemoSource } from "./demo-source.ts";
import { firstNames, lastNames, teamNames } from "./demo-words.ts";
import type { Batch, Row } from "./insert-rows.ts";

/** Sign-in of the first demo tenant's administrator, for development alone. */
export const demo = {
  tenantSlug: "demo",
  email: "demo@severalty.dev",
  memberEmail: "member@severalty.dev",
  password: "demo-password",
} as const;

/** Who is in a demo tenant. */
export interface DemoPeople {
  readonly teamIds: readonly TeamId[];
  readonly members: readonly { readonly userId: UserId; readonly teamId: TeamId | null }[];
  readonly teams: Batch;
  readonly identities: Batch;
  /** Each with his identity's e-mail. */
  readonly users: Batch;
}

/** The first member administers the tenant and is in no team; the others take turns in the teams. */
export const demoPeople = (
  source: DemoSource,
  size: DemoSize,
  tenant: { id: TenantId; slug: string; hashedPassword: string },
): DemoPeople => {
  const at = source.past(400);
  const stamps = { tenant_id: tenant.id, created_at: at, updated_at: at };
  const teams = teamNames.slice(0, size.teams).map((name) => ({
    ...stamps,
    id: source.id<TeamId>(at),
    name,
    description: `${name} for every client.`,
    version: 1,
  }));
  const identities: Row[] = [];
  const users: (Row & { id: UserId; team_id: TeamId | null })[] = [];
  for (let number = 0; number < size.members; number++) {
    const { email, name } = personOf(source, tenant.slug, number);
    const identityId = source.id<IdentityId>(at);
    identities.push({
      id: identityId,
      email,
      name,
      hashed_password: tenant.hashedPassword,
      email_verified_at: at,
      status: "active",
      created_at: at,
      updated_at: at,
    });
    users.push({
      ...stamps,
      id: source.id<UserId>(at),
      identity_id: identityId,
      username: email.split("@")[0],
      email,
      name,
      role: number === 0 ? "agency_admin" : "team_member",
      roles: "{}",
      team_id: number === 0 ? null : (teams[number % teams.length]?.id ?? null),
      preferences: {},
      storage_mode: "account",
      status: "active",
      version: 1,
    });
  }
  return {
    teamIds: teams.map(({ id }) => id),
    members: users.map(({ id, team_id }) => ({ userId: id, teamId: team_id })),
    teams: { table: "app.teams", rows: teams },
    identities: { table: "auth.identities", rows: identities },
    users: { table: "app.users", rows: users },
  };
};

const personOf = (source: DemoSource, slug: string, number: number): { email: string; name: string } => {
  const [first, last] = [source.pick(firstNames), source.pick(lastNames)];
  if (slug === demo.tenantSlug && number === 0) return { email: demo.email, name: "Dana Demo" };
  if (slug === demo.tenantSlug && number === 1) return { email: demo.memberEmail, name: "Max Member" };
  // The number keeps namesakes apart.
  return { email: `${first}.${last}.${number}@${slug}.example.com`.toLowerCase(), name: `${first} ${last}` };
};
