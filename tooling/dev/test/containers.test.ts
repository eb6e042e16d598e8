import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { REPOSITORY } from "../src/repository.ts";

const read = (name: string) => readFileSync(join(REPOSITORY, name), "utf8");

const COMPOSE = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      build: z.object({ target: z.string() }).optional(),
      healthcheck: z.unknown().optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
      environment: z.record(z.string(), z.unknown()).optional(),
      ports: z.array(z.string()).optional(),
    }),
  ),
});

const { services } = COMPOSE.parse(parse(read("docker-compose.yml")));

test("A1: compose has the official PostgreSQL, 18 unless told otherwise; the migrator waits for its health, the server for the migrator", () => {
  expect(services["postgres"]?.image).toBe("postgres:${POSTGRES_VERSION:-18}");
  expect(services["postgres"]?.healthcheck).toBeDefined();
  expect(services["migrator"]?.depends_on).toEqual({ postgres: { condition: "service_healthy" } });
  expect(services["server"]?.depends_on).toMatchObject({ migrator: { condition: "service_completed_successfully" } });
  expect(services["server"]?.healthcheck).toBeDefined();
});

test("E6: the server's container never gets the administrator's or the migrator's database URL", () => {
  const { environment = {} } = services["server"] ?? {};
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(["DATABASE_URL", "AUTH_DATABASE_URL"]));
  expect(Object.keys(environment)).not.toContain("ADMIN_DATABASE_URL");
  expect(JSON.stringify(environment)).not.toMatch(/severalty_migrator|postgres:\/\/postgres/);
});

test("E6: images have a development and a production target, and those that are shipped run as a numbered user who is not root", () => {
  const stages = read("Dockerfile")
    .split(/^FROM /m)
    .slice(1);
  const names = stages.map((stage) => / AS (\S+)/.exec(stage)?.[1]);
  expect(names).toEqual(expect.arrayContaining(["development", "migrator", "production"]));
  const runtime = stages.find((stage) => / AS runtime/.test(stage)) ?? "";
  expect(/^USER ([1-9]\d*)/m.exec(runtime)?.[1]).toBeDefined();
  for (const shipped of ["migrator", "production"]) {
    const stage = stages.find((text) => text.includes(` AS ${shipped}\n`)) ?? "";
    expect(stage).toMatch(/^runtime AS/);
    expect(stage).not.toMatch(/^USER/m);
  }
});

test("E6: make has up, logs, shell-backend, db-shell, test and down, each with a help line", () => {
  const documented = [...read("Makefile").matchAll(/^([a-z-]+):.*## \S/gm)].map(([, name]) => name);
  expect(documented).toEqual(expect.arrayContaining(["up", "logs", "shell-backend", "db-shell", "test", "down"]));
});

test("E6: every published port is bound to this machine alone", () => {
  const ports = Object.values(services).flatMap(({ ports: published = [] }) => published);
  expect(ports).toHaveLength(2);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});
