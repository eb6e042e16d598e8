import type { AccessGrantId, TenantId } from "@severalty/domain/ids";
import { enterPlatform } from "../../src/testing/make-operator.ts";
import type { Row, Session } from "./session.ts";
import type { World } from "./world.ts";

type GrantName = keyof World["cast"]["accessGrants"];

/** A transaction of the attacker's, as severalty_platform, that has entered by a grant. */
export const enterBy = async (
  world: World,
  grant: GrantName | AccessGrantId,
  about: TenantId | null = null,
): Promise<Session> => {
  const session = await world.session("severalty_platform");
  const { accessGrants, operator } = world.cast;
  await session.run("begin");
  await enterPlatform(session.client, operator, isName(accessGrants, grant) ? accessGrants[grant] : grant, about);
  return session;
};

const isName = (grants: World["cast"]["accessGrants"], grant: string): grant is GrantName => grant in grants;

/** Entering by the grant for the attacker's tenant, as text. */
export const enterForUs = ({ cast: { operator, accessGrants } }: World) =>
  `select app.enter_platform('${operator.sessionId}', '${operator.userId}', '${accessGrants.forUs}', null, 'r', 'a', null)`;

/** What the role may read of tenants that would tell the victim's texts. */
export const loot = async (session: Session): Promise<Row[]> => [
  ...(await session.run("select id, name, slug from app.tenants")),
  ...(await session.run("select title, content from app.documents")),
  ...(await session.run("select email from app.users")),
];

/** `true` for any row: those of a tenant whom nobody has let him see now. */
export const anyRow = (rows: readonly Row[]): true | string => (rows.length > 0 ? true : "no rows");
