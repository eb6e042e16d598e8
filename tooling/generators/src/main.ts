#!/usr/bin/env node
/** severalty-gen: writes what one decides about an entity and nothing else. */
import { resolve } from "node:path";
import { readArguments, usage } from "./arguments.ts";
import { apply } from "./change.ts";
import { generateEntity } from "./generate-entity.ts";
import { GeneratorError } from "./generator-error.ts";

const root = resolve(import.meta.dirname, "../../..");

const run = async (): Promise<void> => {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) {
    console.log(usage);
    return;
  }
  const changes = await generateEntity(root, given);
  if (given.isDryRun) {
    for (const { kind, path, text, added } of changes)
      console.log(kind === "create" ? `--- create ${path}\n${text}` : `--- change ${path}\n+ ${added.join("\n+ ")}\n`);
    return;
  }
  await apply(root, changes);
  for (const { kind, path } of changes) console.log(`${kind === "create" ? "created" : "changed"}  ${path}`);
  console.log(
    "\nRead it, make it yours (CONTRIBUTING.md says what is left to decide), then: pnpm lint && pnpm typecheck && pnpm test",
  );
};

await run().catch((error: unknown) => {
  if (!(error instanceof GeneratorError)) throw error;
  console.error(`${error.message}\n\nNothing was written. --help says more.`);
  process.exitCode = 2;
});
