#!/usr/bin/env node
/** severalty-migrate create: writes the migrations that the entities ask for. */
import { generateMigrations } from "./generate-migrations.ts";
import { GeneratorError } from "./generator-error.ts";
import { runGenerator } from "./run-generator.ts";

const usage = `usage: pnpm migrate create NAME [--dry-run]

Writes the migrations that turn what the migrations make now into what the entities describe: new tables of tenants, new
optional columns, new checks and references (added NOT VALID, then validated), and new indexes in a migration of their
own, built while writers go on. It compares with a new database of its own. What loses data, waits for a whole table or
needs a decision is not written but named.

  NAME       what it is about, in kebab-case: invoice-notes
  --dry-run  print every file, and write none
  --help     this text`;

await runGenerator({
  usage,
  options: [],
  generate: (root, { positionals: [name, ...more] }) => {
    if (name === undefined || more.length > 0)
      throw new GeneratorError(
        `a migration has one name, got ${name === undefined ? "none" : [name, ...more].join(" ")}`,
      );
    return generateMigrations(root, name);
  },
});
