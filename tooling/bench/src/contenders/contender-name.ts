/** Who is measured, in the order of every report; ours comes first. */
export const contenderNames = [
  "severalty",
  "floor",
  "drizzle",
  "prisma",
  "mikro-orm",
  "postgraphile",
  "postgrest",
  "fastify",
] as const;
export type ContenderName = (typeof contenderNames)[number];
