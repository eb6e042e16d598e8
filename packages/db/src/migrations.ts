import { Tenancy } from "./migrations/0001-tenancy.ts";
import { SignIn } from "./migrations/0002-sign-in.ts";
import { Documents } from "./migrations/0003-documents.ts";

/** Every migration in order: a list, not a glob, so that it is the same under type stripping and in a bundle. */
export const migrations = [
  { name: "0001_tenancy", class: Tenancy },
  { name: "0002_sign_in", class: SignIn },
  { name: "0003_documents", class: Documents },
];
