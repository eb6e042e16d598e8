import { router } from "./procedures.ts";
import { abTestsRouter } from "./routers/ab-tests.ts";
import { agentInstancesRouter } from "./routers/agent-instances.ts";
import { agentRolesRouter } from "./routers/agent-roles.ts";
import { apiKeysRouter } from "./routers/api-keys.ts";
import { auditLogsRouter } from "./routers/audit-logs.ts";
import { authRouter } from "./routers/auth.ts";
import { cookbooksRouter } from "./routers/cookbooks.ts";
import { documentsRouter } from "./routers/documents.ts";
import { grantsRouter as platformGrantsRouter } from "./routers/platform/grants.ts";
import { tenantsRouter as platformTenantsRouter } from "./routers/platform/tenants.ts";
import { recipesRouter } from "./routers/recipes.ts";
import { secretsRouter } from "./routers/secrets.ts";
import { subscriptionsRouter } from "./routers/subscriptions.ts";
import { tasksRouter } from "./routers/tasks.ts";
import { teamsRouter } from "./routers/teams.ts";
import { templatesRouter } from "./routers/templates.ts";
import { tenantConfigsRouter } from "./routers/tenant-configs.ts";
import { tenantsRouter } from "./routers/tenants.ts";
import { usersRouter } from "./routers/users.ts";

/** Every procedure. Isolation and round-trip tests walk it, so a new one cannot be forgotten. */
export const appRouter = router({
  auth: authRouter,
  tenants: tenantsRouter,
  tenantConfigs: tenantConfigsRouter,
  templates: templatesRouter,
  teams: teamsRouter,
  users: usersRouter,
  documents: documentsRouter,
  agentRoles: agentRolesRouter,
  cookbooks: cookbooksRouter,
  recipes: recipesRouter,
  subscriptions: subscriptionsRouter,
  agentInstances: agentInstancesRouter,
  tasks: tasksRouter,
  abTests: abTestsRouter,
  secrets: secretsRouter,
  apiKeys: apiKeysRouter,
  auditLogs: auditLogsRouter,
  platform: router({ grants: platformGrantsRouter, tenants: platformTenantsRouter }),
});

export type AppRouter = typeof appRouter;
