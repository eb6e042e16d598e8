import { PostgreSqlDriver } from "@mikro-orm/postgresql";
import { StatementShapes } from "./statement-shapes.ts";
import { TenantConnection } from "./tenant-connection.ts";
import { TenantPlatform } from "./tenant-platform.ts";

/** MikroORM's PostgreSQL driver over a connection that binds every value and enters the tenant at `begin`. */
export class TenantDriver extends PostgreSqlDriver {
  protected override readonly platform = new TenantPlatform();
  protected override readonly connection = new TenantConnection(this.config);
  /** What query builders of this driver have said before. */
  readonly shapes = new StatementShapes(this.platform);
}
