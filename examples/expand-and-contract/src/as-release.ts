import { registerHooks } from "node:module";

const release = process.env["EXAMPLE_RELEASE"] ?? "";
const here = new URL(".", import.meta.url).href;

/** Files of the project, and what this release has in their place. */
const replaced = new Map(
  [
    ["@severalty/db/entities/team", "team.ts"],
    ["@severalty/db/migrations", "migrations.ts"],
  ].map(([original = "", file = ""]) => [import.meta.resolve(original), `${here}${release}/${file}`]),
);

// The release's own list of migrations goes on from the project's, so what stands here gets the originals.
registerHooks({
  resolve: (specifier, context, next) => {
    const found = next(specifier, context);
    const own = context.parentURL?.startsWith(here) === true ? undefined : replaced.get(found.url);
    return own === undefined ? found : { ...found, url: own };
  },
});
