/** How many tenants there are, and how many documents each has. */
export interface WorldSize {
  readonly tenants: number;
  readonly documents: number;
}

/** What an id of the world is of. The number is in the id, so that no two kinds share one. */
const kinds = { tenant: 1, user: 2, session: 3, identity: 4, document: 5 } as const;
type Kind = keyof typeof kinds;

/** When the first document was made, in milliseconds since 1970; each later one a second after it. */
const beganMs = 1_750_000_000_000;

/** Users of a tenant, who wrote its documents in turn; the first is signed in. */
export const usersPerTenant = 5;

/** The id of the n-th thing of a tenant, a UUID of version 7 which sorts by n: so nobody has to ask a database for ids. */
export const worldId = (kind: Kind, tenant: number, n = 0): string => {
  const time = hex(beganMs + n * 1000);
  return `${time.slice(0, 8)}-${time.slice(8)}-700${kinds[kind]}-8000-${hex(tenant)}`;
};

const hex = (value: number) => value.toString(16).padStart(12, "0");

/** The same ids, and the times in them, as SQL functions that go with the connection. */
export const worldFunctions = [
  ...Object.entries(kinds).map(
    ([
      kind,
      number,
    ]) => `create function pg_temp.${kind}_id(tenant bigint, n bigint) returns uuid language sql immutable as $$
      select (overlay(lpad(to_hex(${beganMs} + n * 1000), 12, '0') placing '-' from 9 for 0)
        || '-700${number}-8000-' || lpad(to_hex(tenant), 12, '0'))::uuid $$`,
  ),
  `create function pg_temp.made_at(n bigint) returns timestamptz language sql immutable as $$
    select to_timestamp(${beganMs / 1000} + n) $$`,
];
