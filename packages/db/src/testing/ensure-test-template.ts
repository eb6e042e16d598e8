import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTemplate } from "@severalty/postgres/template";
import { monthOf, textOf } from "../partitions/month.ts";

/** The migrated, empty database that others are cloned of: its name on the server of that URL, a superuser's, where it is built once. */
export const ensureTestTemplate = async (adminUrl: string): Promise<string> => {
  const now = new Date();
  return ensureTemplate(adminUrl, schemaHash(now), async (url) => {
    // The ORM takes half a second to load, and of all packages only the first one builds the template.
    const { buildTemplate } = await import("./build-template.ts");
    await buildTemplate(url, now);
  });
};

/** Changes with anything that shapes the database, the month included. */
const schemaHash = (now: Date): string => {
  const source = join(import.meta.dirname, "..");
  const filesIn = (folder: string) =>
    readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name))
      .toSorted();
  const files = [
    "roles.ts",
    "provision.ts",
    "partitions/make-month.ts",
    "partitions/maintain-audit-partitions.ts",
    "migration/checksum.ts",
    "migration/checksum-storage.ts",
    "testing/build-template.ts",
    ...filesIn("migrations"),
    ...filesIn("templates"),
  ];
  const hash = createHash("sha256").update(textOf(monthOf(now)));
  for (const file of files) hash.update(readFileSync(join(source, file)));
  return hash.digest("hex").slice(0, 16);
};
