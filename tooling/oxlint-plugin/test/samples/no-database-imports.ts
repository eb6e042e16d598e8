import type { Samples } from "../samples.ts";

export const noDatabaseImports: Samples = {
  file: "packages/api/src/leak.ts",
  good: [
    'import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";',
    'import type { EntityManager, Pool } from "@severalty/db/orm";',
    'import { type FilterQuery } from "@severalty/db/orm";',
    'import { Document } from "@severalty/db/entities/document";',
    'export type { Orm } from "@severalty/db/orm";',
  ],
  bad: [
    { title: "the driver", seen: "tazama-lf/admin-service#238", code: 'import { Client } from "pg";' },
    {
      title: "a connection of one's own",
      seen: "10xdigitalventures-gif/affiliate#25",
      code: 'import { createOrm } from "@severalty/db/orm";',
    },
    {
      title: "the administrator's connection",
      seen: "10xdigitalventures-gif/affiliate#25",
      code: 'import { asAdmin } from "@severalty/db/provision";',
    },
    { title: "the migrator", code: 'import { migrate } from "@severalty/db/migrate";' },
    { title: "the ORM's driver", code: 'import { MikroORM } from "@mikro-orm/postgresql";' },
    {
      title: "a query builder past the filters",
      seen: "MapleTechLabs/maple#320",
      code: 'import { Kysely } from "kysely";',
    },
    { title: "the driver, imported late", code: 'const pg = await import("pg");' },
    { title: "the driver, required", code: 'const pg = require("pg");' },
    { title: "the factory, passed on", code: 'export { createOrm } from "@severalty/db/orm";' },
    { title: "a whole module, passed on", code: 'export * from "@severalty/db/orm";' },
    { title: "what makes test tenants", code: 'import { makeTenant } from "@severalty/db/testing/make-tenant";' },
  ],
};
