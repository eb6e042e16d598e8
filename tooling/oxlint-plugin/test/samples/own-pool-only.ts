import type { Samples } from "../samples.ts";

export const ownPoolOnly: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "new TenantRepository(ctx.em, Document).byId(input.id, whole);",
    "const { newId, clock } = ctx.services;",
    'services.rateLimits.use({ limit: "login", key });',
  ],
  bad: [
    {
      title: "the sign-in role's pool in a handler",
      seen: "10xdigitalventures-gif/affiliate#25",
      code: "findCredentials(ctx.services.auth.em.fork(), input.email);",
    },
    {
      title: "the platform's pool in a handler",
      seen: "10xdigitalventures-gif/affiliate#25",
      code: "const platform = ctx.services.platform;",
    },
    {
      title: "the pool before anybody has entered a tenant",
      seen: "tazama-lf/admin-service#238",
      code: "use(services.app.em);",
    },
    { title: "a pool taken out of the services", code: "const { auth, clock } = services;" },
    {
      title: "the one entity manager that all requests would share",
      seen: "mikro-orm/mikro-orm#2208",
      code: "use(orm.em);",
    },
    { title: "the pool's connections", seen: "tazama-lf/admin-service#238", code: "poolOf(orm);" },
  ],
};
