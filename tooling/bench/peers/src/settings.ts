/** What every peer is started with. */
export const settings = {
  databaseUrl: process.env["DATABASE_URL"] ?? "",
  port: Number(process.env["PORT"]),
  host: "127.0.0.1",
  poolMax: 10,
} as const;
