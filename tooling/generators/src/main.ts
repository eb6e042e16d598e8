#!/usr/bin/env node
/** severalty-gen: writes what one decides about an entity and nothing else. */
import { entityArguments, usage } from "./arguments.ts";
import { generateEntity } from "./generate-entity.ts";
import { runGenerator } from "./run-generator.ts";

await runGenerator({
  usage,
  options: ["plural"],
  generate: (root, given) => generateEntity(root, entityArguments(given)),
});
