/** What kind of refusal an error is; the API maps each to one protocol code. `internal` is a fault that an operator has to mend. */
export type ErrorKind =
  | "invalid-input"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  | "conflict"
  | "too-large"
  | "rate-limited"
  | "unavailable"
  | "internal";

/**
 * An error that a caller may see. `reason` is a stable machine word (`documents/not-found`), the message may be
 * shown to a user and never names another tenant's data.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;

  constructor(kind: ErrorKind, reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DomainError";
    this.kind = kind;
    this.reason = reason;
  }
}

/** The thing is not there, for this caller: a row of another tenant answers exactly as one that never was. */
export class NotFoundError extends DomainError {
  constructor(noun: string, options?: ErrorOptions) {
    super("not-found", `${noun}/not-found`, `no such row in ${noun}`, options);
    this.name = "NotFoundError";
  }
}

/** The row moved on since the caller read it: `seen` is the version the caller sent. */
export class StaleVersionError extends DomainError {
  constructor(noun: string, seen: number) {
    super(
      "conflict",
      `${noun}/stale-version`,
      `the row in ${noun} has changed since version ${seen}: read it again, then repeat the change`,
    );
    this.name = "StaleVersionError";
  }
}

/** What a row is to refer to is not there, for this caller. */
export class ReferenceNotFoundError extends DomainError {
  constructor(noun: string, options?: ErrorOptions) {
    super(
      "not-found",
      `${noun}/reference-not-found`,
      `a row that this one of ${noun} refers to does not exist`,
      options,
    );
    this.name = "ReferenceNotFoundError";
  }
}

/** The row cannot go while others refer to it: how many the caller sees, by noun, or at least of which noun they are. */
export class InUseError extends DomainError {
  constructor(noun: string, seen: ReadonlyMap<string, number>, atLeast: string, options?: ErrorOptions) {
    const counted = [...seen].map(([by, count]) => `${by} (${count})`).toSorted();
    const by = counted.length > 0 ? new Intl.ListFormat("en-GB").format(counted) : `${atLeast} of another team`;
    super("conflict", `${noun}/in-use`, `the row is still referenced from ${by}`, options);
    this.name = "InUseError";
  }
}

/** Database work was asked for without a tenant. A fault of the program; thrown before any SQL is sent. */
export class NoTenantError extends Error {
  constructor(what: string) {
    super(`${what} needs a tenant: use withTenant`);
    this.name = "NoTenantError";
  }
}
