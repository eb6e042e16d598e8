import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { camelOf, snakeOf } from "./names.ts";

/** What the next migration is called. */
export interface NextMigration {
  /** `0007_purchase_orders`, under which it is recorded. */
  readonly name: string;
  /** `PurchaseOrders`. */
  readonly className: string;
  /** Where its file belongs, from the root of the repository. */
  readonly folder: string;
}

/** A number behind the newest, with `ahead` of them left free, and a class that no other migration is. `topic` is in kebab case. */
export const nextMigration = (root: string, topic: string, ahead = 0): NextMigration => {
  const folder = "packages/db/src/migrations";
  const numbers = readdirSync(join(root, folder)).map((file) => Number(/^(\d{4})-/.exec(file)?.[1] ?? 0));
  const number = String(Math.max(0, ...numbers) + 1 + ahead).padStart(4, "0");
  const listed = readFileSync(join(root, "packages/db/src/migrations.ts"), "utf8");
  const name = camelOf(`-${topic}`);
  const isTaken = new RegExp(`\\b${name}\\b`).test(listed);
  return { name: `${number}_${snakeOf(topic)}`, className: isTaken ? `${name}${Number(number)}` : name, folder };
};
