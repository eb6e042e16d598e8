import { migrate, seed } from "@severalty/db";

const url = process.env["DATABASE_URL"];
if (url === undefined) throw new Error("DATABASE_URL is not set");
const ran = await migrate(url);
console.log(`migrated: ${ran.length === 0 ? "nothing to do" : ran.join(", ")}; seeded: ${await seed(url)} rows`);
