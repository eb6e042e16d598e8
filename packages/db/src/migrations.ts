import { Tenancy } from "./migrations/0001-tenancy.ts";
import { SignIn } from "./migrations/0002-sign-in.ts";
import { Documents } from "./migrations/0003-documents.ts";
import { Teams } from "./migrations/0004-teams.ts";
import { LastAdmin } from "./migrations/0005-last-admin.ts";
import { UsersTeamIndex } from "./migrations/0006-users-team-index.ts";
import { AuditArchive } from "./migrations/0007-audit-archive.ts";

/** Every migration in order: a list, not a glob, so that it is the same under type stripping and in a bundle. */
export const migrations = [
  { name: "0001_tenancy", class: Tenancy },
  { name: "0002_sign_in", class: SignIn },
  { name: "0003_documents", class: Documents },
  { name: "0004_teams", class: Teams },
  { name: "0005_last_admin", class: LastAdmin },
  { name: "0006_users_team_index", class: UsersTeamIndex },
  { name: "0007_audit_archive", class: AuditArchive },
];
