import { cloneDatabase } from "@severalty/postgres/template";
import { withCredentials } from "@severalty/postgres/url";
import { Client } from "pg";
import { inject } from "vitest";
import { createOrm, type Orm, type OrmOptions } from "../orm.ts";
import { ensureDatabaseGrants, type RoleName } from "../roles.ts";
import { rolePassword } from "./role-passwords.ts";
import { openWire, type Wire } from "./wire.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's URL of the server that the tests run on. */
    adminUrl: string;
    /** The migrated, empty database that each test database is a clone of. */
    template: string;
  }
}

/** A migrated, empty database of a test file's own; dropped, with everything opened from it, when it is disposed. */
export class TestDatabase implements AsyncDisposable {
  readonly adminUrl: string;
  readonly name: string;
  readonly #stack = new AsyncDisposableStack();

  private constructor(adminUrl: string, name: string) {
    this.adminUrl = adminUrl;
    this.name = name;
  }

  /** With `migrated: false`, one that no migration has touched; with `like`, a copy of a test's own, which nobody may be connected to. */
  static async create(options: { migrated?: boolean; like?: TestDatabase } = {}): Promise<TestDatabase> {
    const { migrated = true, like } = options;
    // Nobody else knows the new name, so that the lock of another database will do.
    const clone = await cloneDatabase(
      inject("adminUrl"),
      like?.name ?? (migrated ? inject("template") : "template0"),
      ensureDatabaseGrants,
    );
    const database = new TestDatabase(clone.url, clone.name);
    database.#stack.defer(() => clone.drop());
    return database;
  }

  /** The URL of this database for a role. */
  url(role: RoleName): string {
    return withCredentials(this.adminUrl, role, rolePassword);
  }

  /** An entity manager factory for a role, closed with the database. */
  async orm(role: RoleName = "severalty_app", options: Partial<OrmOptions> = {}): Promise<Orm> {
    const orm = await createOrm({ url: this.url(role), applicationName: "severalty-test", poolMin: 0, ...options });
    this.#stack.defer(() => orm.close());
    return orm;
  }

  /** A relay in front of it, closed with the database; its URL is the server's role's. */
  async wire(): Promise<Wire> {
    const wire = await openWire(this.url("severalty_app"));
    this.#stack.defer(() => wire[Symbol.asyncDispose]());
    return wire;
  }

  /** One plain connection, as a role or as the superuser, closed with the database. */
  async client(role?: RoleName): Promise<Client> {
    const client = new Client({ connectionString: role === undefined ? this.adminUrl : this.url(role) });
    client.on("error", () => undefined);
    await client.connect();
    this.#stack.defer(() => client.end());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
