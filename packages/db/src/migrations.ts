import { Tenancy } from "./migrations/0001-tenancy.ts";
import { SignIn } from "./migrations/0002-sign-in.ts";
import { Documents } from "./migrations/0003-documents.ts";
import { Teams } from "./migrations/0004-teams.ts";
import { LastAdmin } from "./migrations/0005-last-admin.ts";
import { UsersTeamIndex } from "./migrations/0006-users-team-index.ts";
import { Configuration } from "./migrations/0007-configuration.ts";
import { Agents } from "./migrations/0008-agents.ts";
import { SecretsAndTasks } from "./migrations/0009-secrets-and-tasks.ts";
import { ExperimentsAndBudgets } from "./migrations/0010-experiments-and-budgets.ts";
import { TeamVisibility } from "./migrations/0011-team-visibility.ts";
import { DocumentsTeamIndex } from "./migrations/0012-documents-team-index.ts";
import { AuditArchive } from "./migrations/0013-audit-archive.ts";
import { ApiKeyEntry } from "./migrations/0014-api-key-entry.ts";
import { Templates } from "./migrations/0015-templates.ts";
import { DocumentsSortIndexes } from "./migrations/0016-documents-sort-indexes.ts";
import { SessionHygiene } from "./migrations/0017-session-hygiene.ts";
import { PlatformAccess } from "./migrations/0018-platform-access.ts";
import { QueueEntry } from "./migrations/0019-queue-entry.ts";
import { QueueIndexes } from "./migrations/0020-queue-indexes.ts";
import { OneFlight } from "./migrations/0021-one-flight.ts";

/** Every migration in order: a list, not a glob, so that it is the same under type stripping and in a bundle. */
export const migrations = [
  { name: "0001_tenancy", class: Tenancy },
  { name: "0002_sign_in", class: SignIn },
  { name: "0003_documents", class: Documents },
  { name: "0004_teams", class: Teams },
  { name: "0005_last_admin", class: LastAdmin },
  { name: "0006_users_team_index", class: UsersTeamIndex },
  { name: "0007_configuration", class: Configuration },
  { name: "0008_agents", class: Agents },
  { name: "0009_secrets_and_tasks", class: SecretsAndTasks },
  { name: "0010_experiments_and_budgets", class: ExperimentsAndBudgets },
  { name: "0011_team_visibility", class: TeamVisibility },
  { name: "0012_documents_team_index", class: DocumentsTeamIndex },
  { name: "0013_audit_archive", class: AuditArchive },
  { name: "0014_api_key_entry", class: ApiKeyEntry },
  { name: "0015_templates", class: Templates },
  { name: "0016_documents_sort_indexes", class: DocumentsSortIndexes },
  { name: "0017_session_hygiene", class: SessionHygiene },
  { name: "0018_platform_access", class: PlatformAccess },
  { name: "0019_queue_entry", class: QueueEntry },
  { name: "0020_queue_indexes", class: QueueIndexes },
  { name: "0021_one_flight", class: OneFlight },
];
